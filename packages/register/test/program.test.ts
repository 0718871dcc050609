import { type AddressInfo, createServer } from "node:net";
import { until } from "@hub/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HubStub } from "./support/hub-stub.js";
import { fixture, indexUrl, Running } from "./support/processes.js";

let hub: HubStub;
const running: Running[] = [];

beforeEach(async () => {
  hub = await new HubStub().start();
});
afterEach(async () => {
  for (const one of running.splice(0)) one.child.kill("SIGKILL");
  await hub.stop();
});

function start(url: string, ...args: string[]): Running {
  const environment = { MCP_HUB_URL: url, REGISTER_URL: indexUrl, MCP_HUB_TOKEN: "secret" };
  const one = new Running(process.execPath, [fixture("program.mjs"), ...args], environment);
  running.push(one);
  return one;
}

describe("a program that registers a URL and does nothing else", () => {
  function startUrl(...args: string[]): Running {
    const environment = { MCP_HUB_URL: hub.url, REGISTER_URL: indexUrl };
    // Something answers there; that it is no MCP does not matter here.
    const one = new Running(
      process.execPath,
      [fixture("url-program.mjs"), `${hub.url}/mcp`, ...args],
      environment,
    );
    running.push(one);
    return one;
  }

  test.each(["SIGTERM", "SIGINT"] as const)(
    "stays until %s, deregisters, and ends by that signal",
    async (signal) => {
      const program = startUrl();
      await until("heartbeats", () => hub.heartbeats().length > 2);
      program.child.kill(signal);
      expect(await program.ends()).toEqual({ code: null, signal });
      expect(hub.registered).toEqual([]);
    },
  );

  test("ends by itself when it was told that it may", async () => {
    expect(await startUrl("--may-end").ends()).toEqual({ code: 0, signal: null });
  });
});

describe("a program with one line of register", () => {
  test.each(["SIGTERM", "SIGINT"] as const)(
    "deregisters on %s and ends by that signal",
    async (signal) => {
      const program = start(hub.url);
      await until("the registration", () => hub.registered.length === 1);
      expect(hub.seen[0]?.authorization).toBe("Bearer secret");
      program.child.kill(signal);
      expect(await program.ends()).toEqual({ code: null, signal });
      expect(hub.registered).toEqual([]);
      expect(program.output).not.toContain("secret");
    },
  );

  test("is served on the same port again after a restart, and on another one while that is taken", async () => {
    const endpointOf = async (program: Running) => {
      await program.says(/registered "Program" at/);
      return hub.registrations().at(-1)?.endpoint;
    };
    const first = start(hub.url);
    const endpoint = await endpointOf(first);
    const second = start(hub.url);
    const other = await endpointOf(second);
    expect(other).not.toBe(endpoint);
    for (const [program, signal] of [
      [first, "SIGKILL"],
      [second, "SIGTERM"],
    ] as const) {
      program.child.kill(signal);
      await program.ends();
    }
    expect(await endpointOf(start(hub.url))).toBe(endpoint);
    expect(await endpointOf(start(hub.url))).toBe(other);
  });

  test("leaves the exit to a handler of the program's own", async () => {
    const program = start(hub.url, "--own-handler");
    await until("the registration", () => hub.registered.length === 1);
    program.child.kill("SIGTERM");
    expect(await program.ends()).toEqual({ code: 7, signal: null });
    expect(hub.registered).toEqual([]);
  });

  test("does not keep a program alive whose handler counts on a natural end", async () => {
    const program = start(hub.url, "--exit-code");
    await until("the registration", () => hub.registered.length === 1);
    program.child.kill("SIGTERM");
    expect(await program.ends()).toEqual({ code: 5, signal: null });
  });

  test("a hub that never answers does not keep the program from ending", async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const program = start(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    await new Promise((resolve) => silent.once("connection", resolve));
    program.child.kill("SIGTERM");
    expect(await program.ends()).toEqual({ code: null, signal: "SIGTERM" });
    silent.close();
  });

  test("says once that the hub is away, and registers when it appears, goes and comes back", async () => {
    const { url } = hub;
    await hub.stop();
    const program = start(url);
    await program.says(/cannot be reached \(ECONNREFUSED\)\. The server runs without it/);
    await hub.start();
    await program.says(/registered "Program" at/);
    await until("a heartbeat", () => hub.heartbeats().length > 0);
    hub.leases.clear();
    await until("registering again after 404", () => hub.registered.length === 1);
    await hub.stop();
    await program.says(/keeps running, and registers again/);
    await hub.start();
    await program.says(/the hub at \S+ is back|is back; registered again/);
    expect(program.output.match(/warning/g)).toHaveLength(2);
  });
});
