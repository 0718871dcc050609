import { join } from "node:path";
import type { ServerList } from "@hub/api";
import {
  closeAll,
  HubProcess,
  holdResponse,
  ModernClient,
  ModernUpstream,
  quick,
  textOf,
  until,
} from "@hub/testing";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { Heartbeats } from "./support/heartbeats.js";
import { SmallDisk } from "./support/small-disk.js";

const disk = SmallDisk.make();
afterAll(() => disk?.remove());

test("a small disk can be made here, or this is no machine that decides about a change", () => {
  if (disk === undefined)
    console.warn("No disk can be mounted here: test/disk.test.ts shows nothing.");
  expect(disk !== undefined || process.env.CI === undefined).toBe(true);
});

describe.skipIf(disk === undefined)("a disk under the hub that takes nothing", () => {
  // Without one, nothing of this runs.
  const place = disk as SmallDisk;
  let hub: HubProcess;
  let upstream: ModernUpstream;
  let beats: Heartbeats;

  const register = (name: string, more = {}) =>
    hub.register({ name, transport: "http", endpoint: upstream.endpoint, ...more });
  const protection = async () => {
    const response = await fetch(`${hub.url}/servers`);
    await holdResponse("GET", "/servers", response);
    return ((await response.json()) as ServerList).protection; // its form was just seen
  };

  beforeEach(async () => {
    hub = await HubProcess.start(quick, join(place.folder, "data"));
    upstream = await ModernUpstream.start();
    const registered = await register("one", { lease: { ttlMs: 3_000 } });
    // A lease was asked for.
    const { lease } = (await registered.json()) as { lease: { id: string; heartbeatMs: number } };
    beats = new Heartbeats(hub.url, lease);
    await hub.status("one", "up");
  });
  afterEach(async () => {
    await beats.stop();
    await hub.stop();
    await closeAll();
  });

  /** Registers until one is refused: what the log has taken of the disk already can be used again. */
  async function refused(): Promise<readonly string[]> {
    const taken: string[] = [];
    await until("a registration to be refused", async () => {
      const name = `more ${taken.length}`;
      const began = performance.now();
      const response = await register(name, { description: "x".repeat(1_000) });
      // What issue and guides promise.
      expect(performance.now() - began).toBeLessThan(5_000);
      if (response.ok) {
        taken.push(name.replace(" ", "-"));
        return false;
      }
      expect(response.status).toBe(503);
      expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
      return true;
    });
    return taken;
  }

  /** Calls, probes, beats and lists go on for longer than leases last. */
  async function goesOn(): Promise<void> {
    const client = new ModernClient(hub.url);
    const began = performance.now();
    const before = {
      beats: beats.count,
      probes: upstream.log.filter((line) => line.includes("discover")).length,
    };
    await until("longer than leases last", async () => {
      expect(textOf((await client.call("one__echo", { n: 1 }).done).response)).toBe('{"n":1}');
      expect((await hub.server("one"))?.status).toBe("up");
      return performance.now() - began > 4_000;
    });
    expect(beats.count).toBeGreaterThan(before.beats);
    const probes = upstream.log.filter((line) => line.includes("discover")).length;
    expect(probes).toBeGreaterThan(before.probes);
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
    await until(
      "readiness to say so",
      async () => (await fetch(`${hub.url}/readyz`)).status === 503,
    );
    await until("the list to say so", async () => (await protection()) !== undefined);
  }

  const namesKept = async (names: readonly string[]) => {
    const ids = (await hub.servers()).map(({ id }) => id);
    expect(names.filter((name) => !ids.includes(name))).toEqual([]);
  };
  const changesOf = async (id: string) =>
    (await hub.events())
      .filter(({ serverId, kind }) => serverId === id && kind === "status-changed")
      .map(({ to }) => to);

  test("is full: all but changes goes on, and when there is room all is written and told", async () => {
    place.fill();
    const taken = await refused();
    await goesOn();
    // What is observed meanwhile holds at once, and is written down later.
    await upstream.stop();
    await hub.status("one", "suspect");
    await upstream.start();
    await hub.status("one", "up");
    place.clear();
    await until("a registration that is stored", async () => (await register("Later")).ok);
    await until("the hub to be ready", async () => (await fetch(`${hub.url}/readyz`)).ok);
    await until("the list to be as usual", async () => (await protection()) === undefined);
    await until("what was observed", async () => (await changesOf("one")).at(-1) === "up");
    expect(await changesOf("one")).not.toContain("down");
    await beats.stop();
    await hub.program.kill("SIGKILL");
    await hub.restart();
    await namesKept(["one", "later", ...taken]);
  });

  test("broke down and can only be read: the same, until it is mounted anew and the hub started again", async () => {
    place.breakDown();
    const taken = await refused();
    await goesOn();
    await beats.stop();
    await hub.program.kill("SIGTERM");
    place.unmount();
    place.mount();
    await hub.restart();
    await namesKept(["one", ...taken]);
    expect((await register("Later")).ok).toBe(true);
  });
});
