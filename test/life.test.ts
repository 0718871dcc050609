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
function startServer(at = hub): Program {
  const example = join(root, "examples/dist/sdk-v1.js");
  const program = new Program(process.execPath, [example], { MCP_HUB_URL: at.url });
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
    // A probe that a busy machine keeps waiting while the server still beats would rightly end it earlier.
    const own = await HubProcess.start({ ...quick, MCP_HUB_PROBE_TIMEOUT_MS: "60000" });
    running.push(own);
    const server = startServer(own);
    await own.status("weather", "up");
    await until(
      "a heartbeat",
      async () => (await own.server("weather"))?.instances[0]?.lease?.lastHeartbeatAt,
    );
    await server.kill("SIGKILL");
    const after = await own.status("weather", "down");
    const lastBeat = ms(after.instances[0]?.lease?.lastHeartbeatAt);
    const lastSign = ms(after.instances[0]?.lastSeenAt);
    const changes = (await own.events("?limit=100&server=weather&kind=status-changed")).reverse();
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
      const server = startServer();
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
    const server = startServer();
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
    const server = startServer();
    await server.saw("hub");
    await hub.restart();
    await hub.status("weather", "up");
    expect(server.output.match(/registers when the hub appears/g)?.length ?? 0).toBeLessThanOrEqual(
      1,
    );
  });
});
