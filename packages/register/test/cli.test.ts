import { until } from "@hub/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientKinds, connectClient } from "./support/clients.js";
import { HubStub } from "./support/hub-stub.js";
import { cliPath, fixture, isAlive, Running } from "./support/processes.js";

let hub: HubStub;
const running: Running[] = [];
const strays: number[] = [];

beforeEach(async () => {
  hub = await new HubStub().start();
});
afterEach(async () => {
  for (const one of running.splice(0)) one.child.kill("SIGKILL");
  for (const pid of strays.splice(0)) if (isAlive(pid)) process.kill(pid, "SIGKILL");
  await hub.stop();
});

function start(command: string, args: readonly string[]): Running {
  const one = new Running(command, args, { MCP_HUB_URL: hub.url });
  running.push(one);
  return one;
}

const wrap = (...args: string[]) => start(process.execPath, [cliPath, ...args]);

async function wrapFixture(options: readonly string[] = [], flags: readonly string[] = []) {
  const command = ["--", process.execPath, fixture("stdio-server.mjs"), ...flags];
  const cli = wrap("--tag", "demo", ...options, ...command);
  const url = await cli.says(/serving .* at (\S+)/);
  const server = Number(await cli.says(/server (\d+)/));
  strays.push(server);
  return { cli, url, server };
}

describe("hub-register", () => {
  test("serves a stdio server to clients of all kinds at once and registers it", async () => {
    const { cli, url } = await wrapFixture();
    await until("the registration", () => hub.registered.length === 1);
    expect(hub.registered[0]).toMatchObject({
      name: "Stdio Greeter",
      version: "0.1.0",
      tags: ["demo"],
      endpoint: url,
    });
    const clients = await Promise.all(clientKinds.map((kind) => connectClient(kind, url, kind)));
    const seen: string[][] = [[], [], []];
    const answers = await Promise.all(
      clients.map((client, index) =>
        client.call("count", { name: `${index}` }, (message) => seen[index]?.push(message)),
      ),
    );
    expect(answers).toEqual(["counted 0", "counted 1", "counted 2"]);
    expect(seen).toEqual([0, 1, 2].map((index) => Array(3).fill(`${index}`)));
    for (const [index, client] of clients.entries()) {
      expect(await client.listTools()).toContain("greet");
      // Without a session nobody is asked.
      const isAsked = clientKinds[index] !== "v2 modern";
      expect(await client.call("ask", { question: "?" })).toBe(
        isAsked ? `accept: ${clientKinds[index]}` : "undefined: undefined",
      );
      await client.close();
    }
    expect(cli.output).toMatch(/^\[node\] this line is no MCP$/m);
  });

  test.each([
    ["as texts", "--text-ids"],
    ["with a fraction", "--fractions"],
  ])("a server that writes ids %s is served to clients of all kinds", async (_title, flag) => {
    for (const options of [[], ["--shared"]]) {
      const { url } = await wrapFixture(options, [flag]);
      for (const kind of clientKinds) {
        const client = await connectClient(kind, url);
        expect(await client.call("greet", { name: kind })).toBe(`Hello ${kind}`);
        await client.close();
      }
    }
  });

  test("a message that is nested too deep costs its call alone, whoever sends it", async () => {
    for (const options of [[], ["--shared"]]) {
      const { cli, url } = await wrapFixture(options);
      for (const kind of clientKinds) {
        const client = await connectClient(kind, url);
        expect(await client.call("deep", { levels: 900 })).toBe("deep");
        const tooDeep = client.call("deep", { levels: 3_000 });
        await expect(tooDeep).rejects.toThrow("nested more than 1000 deep");
        expect(await client.call("greet", { name: kind })).toBe(`Hello ${kind}`);
        await client.close();
      }
      const nested = "[".repeat(10_000) + "]".repeat(10_000);
      const body = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":${nested}}`;
      const headers = { "content-type": "application/json", accept: "application/json" };
      const refused = await fetch(url, { method: "POST", headers, body });
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain("nested more than 1000 deep");
      expect(cli.output).toMatch(/a message of the server is not passed on: it is nested/);
    }
  });

  test("a killed server that all share fails the calls in flight and is started again", async () => {
    const { cli, url, server } = await wrapFixture(["--shared"]);
    const clients = await Promise.all(clientKinds.map((kind) => connectClient(kind, url)));
    const hanging = clients.map((client) =>
      client.call("hang").catch((error: Error) => error.message),
    );
    // An answer on the same pipe, after the hanging calls, shows that they have arrived.
    for (const client of clients) await client.call("pid");
    process.kill(server, "SIGKILL");
    for (const message of await Promise.all(hanging))
      expect(message).toContain("stopped during this call: signal SIGKILL");
    for (const client of clients) {
      expect(Number(await client.call("pid"))).not.toBe(server);
      await client.close();
    }
    await cli.says(/the server ended \(signal SIGKILL\); starting it again/);
    strays.push(
      Number(
        cli.output
          .match(/server \d+/g)
          ?.at(-1)
          ?.slice(7),
      ),
    );
    expect(hub.registrations().length).toBe(1);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s deregisters and keeps its meaning",
    async (signal) => {
      const { cli, server } = await wrapFixture([], ["--stubborn"]);
      await until("the registration", () => hub.registered.length === 1);
      cli.child.kill(signal);
      expect(await cli.ends()).toEqual({ code: null, signal });
      expect(hub.registered).toEqual([]);
      expect(isAlive(server)).toBe(false);
    },
  );

  test("what the server started and what ignores SIGTERM ends too", async () => {
    const { cli, server } = await wrapFixture([], ["--child", "--stubborn"]);
    const grandchild = Number(await cli.says(/child (\d+)/));
    strays.push(grandchild);
    await until("the registration", () => hub.registered.length === 1);
    cli.child.kill("SIGTERM");
    await cli.ends();
    await until("the group to end", () => !isAlive(server) && !isAlive(grandchild));
  });

  test("kill -9 of the parent shell leaves no orphan and deregisters", async () => {
    const line = `"${process.execPath}" "${cliPath}" -- "${process.execPath}" "${fixture("stdio-server.mjs")}" --stubborn & echo wrapper $!; wait`;
    const shell = start("/bin/sh", ["-c", line]);
    const wrapper = Number(await shell.says(/wrapper (\d+)/));
    const server = Number(await shell.says(/server (\d+)/));
    strays.push(wrapper, server);
    await until("the registration", () => hub.registered.length === 1);
    shell.child.kill("SIGKILL");
    await until("wrapper and server to end", () => !isAlive(wrapper) && !isAlive(server));
    expect(hub.registered).toEqual([]);
  });

  test("kill -9 of the wrapper itself leaves no orphan", async () => {
    const { cli, server } = await wrapFixture([], ["--child", "--stubborn"]);
    const grandchild = Number(await cli.says(/child (\d+)/));
    strays.push(grandchild);
    cli.child.kill("SIGKILL");
    await until("the group to end", () => !isAlive(server) && !isAlive(grandchild));
  });

  test("a server that speaks only 2026-07-28 serves clients of both eras", async () => {
    const cli = wrap("--", process.execPath, fixture("modern-server.mjs"));
    const url = await cli.says(/serving .* at (\S+)/);
    for (const kind of clientKinds) {
      const client = await connectClient(kind, url, kind);
      await client.listen();
      expect(await client.call("greet", { name: kind })).toBe(`Hello ${kind}`);
      expect(await client.call("ask", { question: "?" })).toBe(`accept: ${kind}`);
      await client.call("grow");
      await until("list_changed", () => client.toolChanges > 0);
      await client.close();
    }
    cli.child.kill("SIGTERM");
    await cli.ends();
  });

  test("--url keeps a server registered that is served already, until it is told to end", async () => {
    const cli = wrap("--url", `${hub.url}/mcp`, "--name", "Elsewhere", "--tag", "demo");
    await until("heartbeats", () => hub.heartbeats().length > 2);
    expect(hub.registered).toMatchObject([
      { name: "Elsewhere", endpoint: `${hub.url}/mcp`, tags: ["demo"] },
    ]);
    cli.child.kill("SIGTERM");
    expect(await cli.ends()).toEqual({ code: null, signal: "SIGTERM" });
    expect(hub.registered).toEqual([]);
  });

  test("says under which name it serves, where one was given", async () => {
    const { cli } = await wrapFixture(["--name", "My Greeter"]);
    expect(cli.output).toContain('serving "My Greeter" at http://');
    cli.child.kill("SIGTERM");
    await cli.ends();
  });

  test.each([
    [["--url", "not a url"], "Expected an http(s) URL"],
    [["--url", "http://127.0.0.1:1/mcp", "--", "true"], "omit the command"],
    [["--url", "http://127.0.0.1:1/mcp", "--port", "8002"], "--port is for a command"],
    [["--url", "http://127.0.0.1:1/mcp", "--transport", "stdio"], "streamable-http or sse"],
    [["--transport", "sse", "--", "true"], "--transport is for --url"],
  ])("%j is refused, with a sentence", async (args, words) => {
    const refused = wrap(...args);
    expect(await refused.ends()).toEqual({ code: 2, signal: null });
    expect(refused.output).toContain(words);
  });

  test("a misspelt option or variable is said, with the nearest name, in one line", async () => {
    const slip = wrap("--nmae", "x", "--", "true");
    expect(await slip.ends()).toEqual({ code: 2, signal: null });
    expect(slip.output).toBe(
      'hub-register: "--nmae" is not an option. The nearest one is --name. What it takes: hub-register --help\n',
    );
    const variables = { MCP_HUB_URL: hub.url, MCP_HUB_TOEKN: "secret", MCP_HUB_PORT: "8001" };
    const named = new Running(process.execPath, [cliPath, "--url", `${hub.url}/mcp`], variables);
    running.push(named);
    await until("a registration", () => hub.registered.length === 1);
    expect(named.output.match(/.*MCP_HUB_.*/g)).toEqual([
      '[hub] warning: "MCP_HUB_TOEKN" is not a setting of MCP Hub and has no effect. The nearest setting is MCP_HUB_TOKEN.',
    ]);
  });

  test("what can never work ends at once, with a sentence and a code", async () => {
    const missing = wrap("--", "no-such-command");
    expect(await missing.ends()).toEqual({ code: 127, signal: null });
    expect(missing.output).toContain('there is no command "no-such-command"');
    const failing = wrap("--", process.execPath, "-e", "process.exit(3)");
    expect(await failing.ends()).toEqual({ code: 3, signal: null });
    expect(failing.output).toContain("ended (exit code 3) before it answered");
    const nothing = wrap("--name", "x");
    expect(await nothing.ends()).toEqual({ code: 2, signal: null });
    expect(nothing.output).toContain("Expected a command");
    const wrongPort = wrap("--port", "x", "--", "true");
    expect(await wrongPort.ends()).toEqual({ code: 2, signal: null });
  });
});
