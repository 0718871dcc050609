import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, HubProcess, Program, until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { runInProcess } from "../apps/hub/test/support/in-process.js";

const program = join(import.meta.dirname, "../apps/hub/dist/main.js");
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startHub(env: Readonly<Record<string, string>> = {}): Promise<HubProcess> {
  const hub = await HubProcess.start(env);
  cleanups.push(() => hub.stop());
  return hub;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-start-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function run(env: Readonly<Record<string, string>>, ...args: readonly string[]): Program {
  const started = new Program(process.execPath, [program, ...args], {
    MCP_HUB_DATA_DIR: temporaryFolder(),
    ...env,
  });
  cleanups.push(() => started.child.kill("SIGKILL"));
  return started;
}

describe("what a person sees", () => {
  test("addresses, where the data is, auth, how many servers, how to register the next; then a line for each event", async () => {
    const hub = await startHub({ LOG_FORMAT: "pretty" });
    await hub.program.saw("Register a server:");
    for (const text of [
      `${hub.url}/servers`,
      `${hub.url}/docs`,
      "hub.db",
      "Auth      off",
      "no server yet",
      "ready in",
    ]) {
      expect(hub.program.output).toContain(text);
    }
    await hub.register({
      name: "Evil \u{1F600} name",
      transport: "http",
      endpoint: "http://localhost:9/mcp",
    });
    await hub.program.saw("+ Evil");
    expect(hub.program.output).toMatch(
      /^ {2}\d\d:\d\d:\d\d {2}\+ Evil .* registered\. {2}localhost:9\/mcp$/m,
    );
    await hub.program.saw("nothing listens at localhost:9");
  });

  test("without a terminal every line is one JSON object, and no secret is in any of them", async () => {
    const hub = await startHub();
    const answer = await hub.register({
      name: "A",
      transport: "http",
      endpoint: "http://localhost:9/mcp",
      serviceKey: "SECRET-MARK",
      lease: {},
    });
    const { lease } = (await answer.json()) as { lease: { id: string } };
    await hub.program.saw('"registered"');
    await hub.program.kill("SIGTERM");
    const lines = hub.program.output.trim().split("\n");
    for (const line of lines)
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(String),
        event: expect.any(String),
      });
    expect(hub.program.output).not.toContain("SECRET-MARK");
    expect(hub.program.output).not.toContain(lease.id);
  });
});

describe("what the program says of itself", () => {
  test.each([
    ["--help", "Usage: mcp-hub"],
    ["-h", "Usage: mcp-hub"],
    ["-v", /^\d+\.\d+\.\d+\n$/],
  ])("%s is answered with exit code 0, whatever the environment is", async (option, words) => {
    const environment = { MCP_HUB_PORT: "wrong", MCP_HUB_DATA_DIR: "/proc/hub" };
    const { code, out } = await runInProcess([option], { environment });
    expect(code).toBe(0);
    expect(out).toMatch(words);
  });

  test("--version is answered by the process", async () => {
    const asked = run({ MCP_HUB_PORT: "wrong", MCP_HUB_DATA_DIR: "/proc/hub" }, "--version");
    expect(await asked.ended).toEqual({ code: 0, signal: null });
    expect(asked.output).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe("variables that are no settings", () => {
  test("the hub starts with the variables that Kubernetes sets for a service named mcp-hub, and says nothing of them", async () => {
    const port = await freePort();
    const started = run({
      PORT: String(port),
      MCP_HUB_PORT: "tcp://10.96.0.17:8001",
      MCP_HUB_SERVICE_HOST: "10.96.0.17",
      MCP_HUB_SERVICE_PORT: "8001",
      MCP_HUB_SERVICE_PORT_HTTP: "8001",
      MCP_HUB_PORT_8001_TCP: "tcp://10.96.0.17:8001",
      MCP_HUB_PORT_8001_TCP_PROTO: "tcp",
      MCP_HUB_PORT_8001_TCP_PORT: "8001",
      MCP_HUB_PORT_8001_TCP_ADDR: "10.96.0.17",
    });
    await started.saw('"started"');
    expect((await fetch(`http://127.0.0.1:${port}/version`)).status).toBe(200);
    expect(started.output).not.toContain("unknown-setting");
    await started.kill("SIGTERM");
  });

  test("a slip is told with the nearest name, without its value, and the hub starts", async () => {
    const hub = await startHub({ MCP_HUB_MAX_SERVER: "SECRET-MARK", LOG_FORMAT: "pretty" });
    expect(hub.program.output).toContain('"MCP_HUB_MAX_SERVER" is not a setting of MCP Hub');
    expect(hub.program.output).toContain("MCP_HUB_MAX_SERVERS");
    expect(hub.program.output).not.toContain("SECRET-MARK");
  });
});

describe("a start that cannot be", () => {
  test("a port that another hub has: says which hub, since when, and does not move to another port", async () => {
    const hub = await startHub();
    const second = run({ MCP_HUB_PORT: String(hub.port), LOG_FORMAT: "pretty" });
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain(`taken by an MCP Hub`);
    expect(second.output).toContain(`process ${hub.program.child.pid}`);
    expect(second.output).toContain("MCP_HUB_PORT");
  });

  test("a port that something else has: says so, how to find it, and what else can be done", async () => {
    const other = createServer((_, response) => response.end("hello"));
    const port = await freePort();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    cleanups.push(() => other.close());
    const second = run({ MCP_HUB_PORT: String(port), LOG_FORMAT: "json" });
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain(`Port ${port} on 127.0.0.1 is taken by another program`);
    for (const text of [`lsof -i :${port}`, "MCP_HUB_PORT"]) expect(second.output).toContain(text);
  });

  test("a data folder that another hub has: refused in one sentence, and the first goes on", async () => {
    const hub = await startHub();
    const second = run({
      MCP_HUB_PORT: String(await freePort()),
      MCP_HUB_DATA_DIR: hub.dataDir,
      LOG_FORMAT: "pretty",
    });
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain("hub.db");
    expect(second.output).toContain(String(hub.program.child.pid));
    expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);
  });

  test("a data folder that lost its newest writes: says what may be lost and the command that starts anyway, which does", async () => {
    const hub = await startHub();
    await hub.register({ name: "A", transport: "http", endpoint: "http://localhost:9/mcp" });
    await hub.program.kill("SIGKILL");
    rmSync(join(hub.dataDir, "hub.db-wal"));
    const env = { MCP_HUB_PORT: String(hub.port), MCP_HUB_DATA_DIR: hub.dataDir };
    const refused = run(env);
    expect((await refused.ended).code).toBe(1);
    expect(refused.output).toContain("may be lost");
    expect(refused.output).toMatch(/The command: node \S+main\.js --accept-data-loss/);
    const accepted = run(env, "--accept-data-loss");
    await accepted.saw("data-loss-accepted");
    // It does not listen yet when it says that.
    await until("it to be ready", () =>
      fetch(`${hub.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    await accepted.kill("SIGTERM");
  });

  test("an option it does not know: said, with what it takes", async () => {
    const started = await runInProcess(["--acept-data-loss"]);
    expect(started.code).toBe(2);
    expect(started.err).toContain('does not know "--acept-data-loss"');
    expect(started.err).toContain("--accept-data-loss");
  });

  test("a setting on the command line: said, with the variable that sets it; all of them at once", async () => {
    const started = await runInProcess(["--port=9000", "--data-dir", "--hlep"]);
    expect(started.code).toBe(2);
    for (const text of ["MCP_HUB_PORT", "MCP_HUB_DATA_DIR", "The nearest option is --help"])
      expect(started.err).toContain(text);
  });

  test.runIf(process.platform === "linux").each(["/proc/hub/data", "/dev/null/data", program])(
    "a data folder at %s: said at once",
    async (folder) => {
      const started = run({ MCP_HUB_DATA_DIR: folder, MCP_HUB_PORT: "0", LOG_FORMAT: "pretty" });
      expect((await started.ended).code).toBe(1);
      expect(started.output).toContain("MCP Hub cannot start: The hub cannot");
      expect(started.output).toContain("MCP_HUB_DATA_DIR");
      expect(started.output).not.toContain("a bug");
    },
  );

  test("an environment with mistakes: all of them at once", async () => {
    const started = run({ MCP_HUB_PORT: "x", MCP_HUB_SWEEP_MS: "0", LOG_LEVEL: "loud" });
    expect((await started.ended).code).toBe(1);
    for (const name of ["MCP_HUB_PORT", "MCP_HUB_SWEEP_MS", "LOG_LEVEL"])
      expect(started.output).toContain(name);
  });
});

describe("a stop", () => {
  test("ends streams, finishes what was asked, writes everything, and exits with 0", async () => {
    const hub = await startHub();
    const stream = await fetch(`${hub.url}/events`, { headers: { accept: "text/event-stream" } });
    const reader = stream.body?.getReader();
    await reader?.read();
    const posts = Array.from({ length: 50 }, (_, index) =>
      hub
        .register({ name: `S${index}`, transport: "http", endpoint: `http://localhost:9/${index}` })
        .then(
          (response) => response.status,
          () => "refused",
        ),
    );
    await Promise.race(posts);
    hub.program.child.kill("SIGTERM");
    const answers = await Promise.all(posts);
    let isDone = false;
    while (!isDone) isDone = (await reader?.read())?.done ?? true;
    expect(await hub.program.ended).toEqual({ code: 0, signal: null });
    const acknowledged = answers.filter((answer) => answer === 201).length;
    expect(acknowledged).toBeGreaterThan(0);
    await hub.restart();
    expect((await hub.servers()).length).toBeGreaterThanOrEqual(acknowledged);
  });

  test("npm start hands its options on, and says what it does not know", async () => {
    const wrong = new Program("npm", ["start", "--", "--forse"], {});
    expect((await wrong.ended).code).not.toBe(0);
    expect(wrong.output).toContain('does not know "--forse". It takes --accept-data-loss, ');
  });

  test("npm start ends in the hub itself: a signal to npm stops it, and npm ends as it did", async () => {
    const port = await freePort();
    const started = new Program("npm", ["start"], {
      MCP_HUB_PORT: String(port),
      MCP_HUB_DATA_DIR: temporaryFolder(),
    });
    cleanups.push(() => started.child.kill("SIGKILL"));
    const url = `http://127.0.0.1:${port}/version`;
    await until("the hub to be ready", () =>
      fetch(url).then(
        (response) => response.ok,
        () => false,
      ),
    );
    await started.kill("SIGTERM");
    expect(started.output).toContain('"stopped"');
    await expect(fetch(url)).rejects.toThrow();
  });
});
