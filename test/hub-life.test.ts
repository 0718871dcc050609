import { join } from "node:path";
import { HubProcess, Program, quick, until } from "@hub/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
/** Ten heartbeats: a machine that does much else may keep a server from one, and nobody shall flap here. */
const leaseMs = 3_000;
const downAfterMs = 4_000;

describe("the hub's own life", () => {
  /** One for each helper that keeps a lease; that all of the documentation's come up is shown by `examples`. */
  const crew = ["sdk-v1", "sdk-v2", "fastmcp"] as const;
  const running: Program[] = [];
  let hub: HubProcess;

  const launch = (...args: readonly string[]) =>
    void running.push(new Program(process.execPath, args, { MCP_HUB_URL: hub.url }));

  /** One hub and one crew for all: each test leaves them as they were, which is what it shows. */
  beforeAll(async () => {
    hub = await HubProcess.start({
      ...quick,
      MCP_HUB_LEASE_TTL_MS: String(leaseMs),
      MCP_HUB_DOWN_AFTER_MS: String(downAfterMs),
    });
    for (const example of crew) launch(join(root, `examples/dist/${example}.js`));
    const wrapper = join(root, "packages/register/dist/cli.js");
    const stdio = join(root, "examples/stdio-server.mjs");
    launch(wrapper, "--name", "Files", "--", process.execPath, stdio);
    await everybodyIsUp();
  });
  afterAll(async () => {
    for (const program of running.reverse()) await program.kill("SIGKILL");
    await hub.stop();
  });

  const pass = async (ms: number, what: string) => {
    const began = performance.now();
    await until(what, () => performance.now() - began > ms);
  };

  const everybodyIsUp = () =>
    until(
      "all servers to be up",
      async () => (await hub.servers("?status=up")).length === crew.length + 1,
    );

  const identities = async () =>
    (await hub.servers()).map((server) => [
      server.id,
      server.endpoint,
      server.instances.map((one) => one.id),
    ]);

  test("L7: killed with -9 and started again on the same file, all servers are back and none flaps", async () => {
    const before = await identities();
    const lastEvent = (await hub.events("?limit=1"))[0]?.seq ?? 0;
    await hub.program.kill("SIGKILL");
    await hub.restart();
    expect(await identities()).toEqual(before);
    await everybodyIsUp();
    // Two more leases go by.
    await pass(2 * leaseMs, "two leases to pass");
    const since = (await hub.events()).filter((event) => event.seq > lastEvent);
    expect(since.filter((event) => event.kind !== "status-changed")).toEqual([]);
    expect(since.map((event) => `${event.from} ${event.to}`)).toEqual(
      Array(crew.length + 1).fill("pending up"),
    );
  });

  test("stopped for longer than the leases: servers keep serving, and come back by themselves", async () => {
    const before = await identities();
    expect(await hub.program.child.kill("SIGTERM")).toBe(true);
    expect(await hub.program.ended).toEqual({ code: 0, signal: null });
    const stopped = performance.now();
    const endpoint = before[0]?.[1];
    await until("a lease to pass while the server answers", async () => {
      const answer = await fetch(String(endpoint), { method: "GET" });
      expect(answer.status).toBeLessThan(500);
      return performance.now() - stopped > 1.5 * leaseMs;
    });
    await hub.restart();
    await everybodyIsUp();
    expect(await identities()).toEqual(before);
  });

  test("paused for longer than every deadline and continued, it takes nobody for dead", async () => {
    const lastEvent = (await hub.events("?limit=1"))[0]?.seq ?? 0;
    await hub.program.kill("SIGSTOP");
    await pass(downAfterMs + leaseMs / 2, "the pause to outlast leases and the time until down");
    await hub.program.kill("SIGCONT");
    await pass(2 * leaseMs, "two leases to pass");
    await everybodyIsUp();
    expect((await hub.events()).filter((event) => event.seq > lastEvent)).toEqual([]);
  });
});
