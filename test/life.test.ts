import { join } from "node:path";
import { HubProcess, Program, quick, until } from "@hub/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
/** One for all: each test finds it as a hub is that has lived through the others. */
let hub: HubProcess;
const running: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  hub = await HubProcess.start(quick);
});
afterAll(() => hub.stop());

async function stopServers(): Promise<void> {
  for (const one of running.splice(0).reverse()) await one.stop();
}

/** One of the documentation's own programs, as a process that registers itself at the hub. */
function startServer(example: string): Program {
  return launch([join(root, `examples/dist/${example}.js`)], { MCP_HUB_URL: hub.url });
}

function launch(args: readonly string[], env: Readonly<Record<string, string>>): Program {
  const program = new Program(process.execPath, args, env);
  running.push({
    stop: async () => {
      if (program.child.exitCode === null && program.child.signalCode === null) {
        program.child.kill("SIGCONT");
        await program.kill("SIGKILL");
      }
    },
  });
  return program;
}

const ms = (instant: string | undefined) => Date.parse(instant ?? "");

describe("a server's life", () => {
  afterEach(stopServers);
  // What these killed must not be taken for one of those that come.
  afterAll(() => hub.status("weather", "down"));

  test("L4: killed with -9 it is unreachable and then down, and never early", async () => {
    const server = startServer("sdk-v1");
    await hub.status("weather", "up");
    await until(
      "a heartbeat",
      async () => (await hub.server("weather"))?.instances[0]?.lease?.lastHeartbeatAt,
    );
    await server.kill("SIGKILL");
    const after = await hub.status("weather", "down");
    const lastBeat = ms(after.instances[0]?.lease?.lastHeartbeatAt);
    const lastSign = ms(after.instances[0]?.lastSeenAt);
    const changes = (await hub.events("?limit=100&server=weather&kind=status-changed")).reverse();
    // Before that, a machine that does much else may have kept it from beating.
    // Whether a probe met the closed port before the lease was over is chance.
    const last = changes.filter(({ to }) => to !== "suspect").slice(-3);
    expect(last.map((one) => one.to)).toEqual(["up", "unreachable", "down"]);
    const [, unreachable, down] = last.map((one) => ms(one.at));
    // TTL 1 s, down after 3 s. That it is not late either is shown where time is injected (lease-cases).
    expect(Number(unreachable) - lastBeat).toBeGreaterThanOrEqual(1_000);
    expect(Number(down) - lastSign).toBeGreaterThanOrEqual(3_000);
  });

  test("L5: told to stop, it leaves by itself, and ends by the signal it got", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const server = startServer("sdk-v1");
      await hub.status("weather", "up");
      server.child.kill(signal);
      await until(
        "the server to leave",
        async () => (await hub.server("weather"))?.instances.length === 0,
      );
      expect(await server.ended).toEqual({ code: null, signal });
      expect((await hub.server("weather"))?.status).toBe("down");
    }
  });

  test("L6: stopped by the scheduler for longer than its lease and continued, it is up again with the same id", async () => {
    const server = startServer("sdk-v1");
    const before = await hub.status("weather", "up");
    await server.kill("SIGSTOP");
    await hub.status("weather", "down");
    await server.kill("SIGCONT");
    const after = await hub.status("weather", "up");
    expect(after.instances.map((one) => one.id)).toEqual(before.instances.map((one) => one.id));
    expect(await hub.servers()).toHaveLength(1);
  });

  test("L8: started before the hub, it serves at once and registers when the hub appears, after one warning", async () => {
    await hub.program.kill("SIGTERM");
    const server = startServer("sdk-v1");
    await server.saw("hub");
    await hub.restart();
    await hub.status("weather", "up");
    expect(server.output.match(/registers when the hub appears/g)?.length ?? 0).toBeLessThanOrEqual(
      1,
    );
  });
});

describe("the hub's own life", () => {
  const crew = ["sdk-v1", "sdk-v2", "fastmcp", "express", "hono"] as const;

  /** One crew for all: each test leaves it as it was, which is what it shows. */
  beforeAll(async () => {
    for (const example of crew) startServer(example);
    const wrapper = join(root, "packages/register/dist/cli.js");
    launch(
      [wrapper, "--name", "Files", "--", process.execPath, join(root, "examples/stdio-server.mjs")],
      { MCP_HUB_URL: hub.url },
    );
    await everybodyIsUp();
  });
  afterAll(stopServers);

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
    const restarted = performance.now();
    await until("two leases to pass", () => performance.now() - restarted > 2_000);
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
    await until("two leases to pass while the server answers", async () => {
      const answer = await fetch(String(endpoint), { method: "GET" });
      expect(answer.status).toBeLessThan(500);
      return performance.now() - stopped > 2_000;
    });
    await hub.restart();
    await everybodyIsUp();
    expect(await identities()).toEqual(before);
  });

  test("paused for longer than every deadline and continued, it takes nobody for dead", async () => {
    const lastEvent = (await hub.events("?limit=1"))[0]?.seq ?? 0;
    await hub.program.kill("SIGSTOP");
    const stopped = performance.now();
    await until(
      "the pause to outlast leases and the time until down",
      () => performance.now() - stopped > 4_000,
    );
    await hub.program.kill("SIGCONT");
    const continued = performance.now();
    await until("two leases to pass", () => performance.now() - continued > 2_000);
    await everybodyIsUp();
    expect((await hub.events()).filter((event) => event.seq > lastEvent)).toEqual([]);
  });
});
