import { describe, expect, test } from "vitest";
import {
  actAll,
  answered,
  codeOf,
  FragileStore,
  liveServers,
  snapshotOf,
  World,
} from "../test/world.js";

const endpoint = "http://127.0.0.1:8001/mcp";
const alpha = { name: "Alpha", transport: "http", endpoint };

test("whose clock has fractions stores whole milliseconds only", async () => {
  const world = await World.create();
  await world.pass(1_000.25);
  const { hub, wall, steady } = world.registry.now();
  expect(hub % 1).not.toBe(0);
  expect([steady % 1, wall - steady]).toEqual([0, expect.closeTo(0, -1)]);
});

describe("registering", () => {
  test("a look-alike is let in with a warning", async () => {
    const world = await World.create();
    await world.register({ ...alpha, name: "MCP Server 1" });
    const { warnings } = await world.register({
      ...alpha,
      name: "MCP Server l",
      endpoint: `${endpoint}2`,
    });
    expect(warnings).toEqual([
      'The name looks like that of another server, "MCP Server 1" (mcp-server-1).',
    ]);
  });

  test("a full hub says so, also to those who come together", async () => {
    const world = await World.create({}, { servers: 3 });
    const codes = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        codeOf(() => world.register({ ...alpha, name: `Server ${index}` })),
      ),
    );
    expect(codes.filter((code) => code === "REGISTRY_FULL")).toHaveLength(2);
    expect(await codeOf(() => world.register({ ...alpha, name: "Server 0" }))).toBeUndefined();
  });

  test("without a store nothing is acknowledged, and nothing is listed", async () => {
    const world = await World.create();
    world.store.isFailing = true;
    expect(await codeOf(() => world.register(alpha))).toBe("STORE_UNAVAILABLE");
    expect(world.registry.list()).toEqual([]);
  });

  test("again after it was lost is news of its status", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    await world.register(alpha);
    world.probe();
    world.answering.delete(endpoint);
    await world.pass(60_000);
    expect(world.status("alpha")).toBe("unreachable");
    await world.register(alpha);
    await world.registry.drain();
    expect(world.events.at(-1)).toMatchObject({
      kind: "status-changed",
      from: "unreachable",
      to: "pending",
    });
  });

  test("a process that comes back before it listens is up soon after it does", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    await world.register(alpha);
    world.probe();
    world.answering.delete(endpoint);
    await world.register(alpha);
    await world.pass(8_000);
    world.answering.add(endpoint);
    await world.pass(1_000);
    expect(world.status("alpha")).toBe("up");
  });

  test("a listener that throws harms neither the others nor the commit", async () => {
    const world = await World.create();
    const told: string[] = [];
    world.registry.subscribe(() => {
      throw new Error("broken");
    });
    world.registry.subscribe((event) => told.push(event.kind));
    await world.register(alpha);
    expect(told).toEqual(["registered"]);
    expect(world.registry.lastSeq).toBe(1);
  });
});

describe("leaving", () => {
  test("an entry without instances stays, is down, and is forgotten in the end", async () => {
    const world = await World.create({ forgetAfterMs: 60_000 });
    const { lease } = await world.register({ ...alpha, lease: {} });
    await world.registry.deregister(lease?.id ?? "");
    expect(world.registry.get("alpha")?.instances).toEqual([]);
    await world.pass(55_000);
    expect(world.registry.get("alpha")).toBeDefined();
    await world.pass(10_000);
    expect(world.registry.get("alpha")).toBeUndefined();
    expect(world.events.at(-1)).toMatchObject({ kind: "forgotten", reason: "down-too-long" });
  });

  test("one that died is forgotten when it was down for long, also over restarts", async () => {
    const world = await World.create({ forgetAfterMs: 300_000 });
    await world.register({ ...alpha, lease: {} });
    await world.pass(200_000);
    expect(world.status("alpha")).toBe("down");
    await world.restart();
    await world.pass(150_000);
    expect(world.status("alpha")).toBe("down");
    await world.pass(60_000);
    expect(world.registry.list()).toEqual([]);
    expect((await world.store.load()).entries).toEqual([]);
  });

  test("one that comes back while its end waits for the store is kept", async () => {
    const world = await World.create({ forgetAfterMs: 60_000 });
    await world.register(alpha);
    await world.pass(140_000);
    expect(world.status("alpha")).toBe("down");
    world.store.isFailing = true;
    await world.pass(30_000);
    expect(world.registry.get("alpha")).toBeDefined();
    world.answering.add(endpoint);
    await world.pass(90_000);
    expect(world.status("alpha")).toBe("up");
    world.store.isFailing = false;
    await world.pass(10_000);
    expect(world.status("alpha")).toBe("up");
  });

  test("one that said it drains and never came back goes down", async () => {
    const world = await World.create();
    const { lease } = await world.register({ ...alpha, lease: {} });
    world.registry.renew(lease?.id ?? "", { draining: true });
    expect(world.status("alpha")).toBe("draining");
    await world.pass(85_000);
    expect(world.status("alpha")).toBe("draining");
    await world.pass(15_000);
    expect(world.status("alpha")).toBe("down");
  });

  test("removing asks whether one may, and the id is free again", async () => {
    const world = await World.create();
    await world.register(alpha);
    const refuse = () => {
      throw new Error("not yours");
    };
    await expect(world.registry.remove("alpha", refuse)).rejects.toThrow("not yours");
    await world.registry.remove("alpha", () => {});
    expect(await codeOf(() => world.registry.remove("alpha", () => {}))).toBe("SERVER_NOT_FOUND");
    expect((await world.register(alpha)).entry.record.id).toBe("alpha");
  });
});

describe("removing a name", () => {
  test("tells of each instance that goes, then of the name", async () => {
    const world = await World.create();
    for (const path of ["1", "2"])
      await world.register({ ...alpha, endpoint: `${endpoint}/${path}`, serviceKey: "secret" });
    const since = world.registry.lastSeq;
    await world.registry.remove("alpha", () => {});
    expect(world.events.filter((event) => event.seq > since)).toMatchObject([
      { kind: "deregistered", reason: "removed", instance: { endpoint: `${endpoint}/1` } },
      { kind: "deregistered", reason: "removed", instance: { endpoint: `${endpoint}/2` } },
      { kind: "forgotten", reason: "removed", serverId: "alpha" },
    ]);
  });

  test("a successor in the same commit starts without what its predecessor offered", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    world.offers.set(endpoint, snapshotOf("greet"));
    await world.register(alpha);
    await world.pass(1_000);
    expect(world.registry.get("alpha")?.snapshot).toBeDefined();
    const { commits } = world.store;
    await Promise.all([world.registry.remove("alpha", () => {}), world.register(alpha)]);
    expect(world.store.commits).toBe(commits + 1);
    expect(world.status("alpha")).toBe("pending");
    expect(world.registry.get("alpha")?.record.revision).toBe(1);
    expect(world.registry.get("alpha")?.snapshot).toBeUndefined();
    expect((await world.store.load()).snapshots.size).toBe(0);
    expect((await world.registry.changes("alpha", { limit: 10 })).changes).toEqual([]);
    await world.pass(1_000);
    expect(world.registry.get("alpha")?.snapshot?.tools).toHaveLength(1);
  });

  test("what was read of it is not kept for a successor in the same commit", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    world.offers.set(endpoint, snapshotOf("greet"));
    await world.register(alpha);
    world.clock.advance(1);
    const removed = world.registry.remove("alpha", () => {});
    const again = world.register(alpha);
    world.probe();
    await Promise.all([removed, again]);
    await world.registry.drain();
    expect(world.registry.get("alpha")?.snapshot).toBeUndefined();
    expect((await world.store.load()).snapshots.size).toBe(0);
  });
});

describe("capabilities", () => {
  test("a changed snapshot is one event with its difference, in the history, and a revision", async () => {
    const world = await World.create({ snapshotMs: 30_000 });
    world.answering.add(endpoint);
    world.offers.set(endpoint, snapshotOf("greet"));
    await world.register(alpha);
    await world.pass(70_000);
    world.offers.set(endpoint, snapshotOf("greet", "count"));
    await world.pass(70_000);
    const changes = world.events.filter((event) => event.kind === "capabilities-changed");
    expect(changes.map(({ added, removed }) => ({ added, removed }))).toEqual([
      { added: 1, removed: 0 },
      { added: 1, removed: 0 },
    ]);
    expect(world.registry.get("alpha")?.record.revision).toBe(3);
    const { changes: history } = await world.registry.changes("alpha", { limit: 10 });
    expect(history.map((one) => one.seq)).toEqual(changes.map((one) => one.seq).reverse());
    await world.restart();
    expect(world.registry.get("alpha")?.snapshot?.tools).toHaveLength(2);
  });

  test("an announced change is read at once", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    const { lease } = await world.register({ ...alpha, lease: {} });
    world.probe();
    world.registry.renew(lease?.id ?? "", { capabilitiesHash: "1" });
    expect(world.registry.takeDueProbes(10)).toEqual([]);
    world.registry.renew(lease?.id ?? "", { capabilitiesHash: "2" });
    expect(world.registry.takeDueProbes(10)).toMatchObject([{ serverId: "alpha", full: true }]);
  });
});

describe("capabilities announced by heartbeats", () => {
  async function leased() {
    const world = await World.create();
    world.answering.add(endpoint);
    world.offers.set(endpoint, snapshotOf("greet"));
    const { lease } = await world.register({ ...alpha, lease: {} });
    const announce = (capabilitiesHash: string) =>
      world.registry.renew(lease?.id ?? "", { capabilitiesHash });
    const take = () => {
      const [task] = world.registry.takeDueProbes(10);
      if (task === undefined) throw new Error("No probe was due.");
      return task;
    };
    return { world, announce, take };
  }

  test("the first announcement after they were read is news", async () => {
    const { world, announce, take } = await leased();
    world.probe();
    world.clock.advance(1_000);
    announce("1");
    expect(take()).toMatchObject({ serverId: "alpha", full: true });
  });

  test("an announcement that has been read is no news when it is repeated", async () => {
    const { world, announce } = await leased();
    world.probe();
    announce("1");
    world.probe();
    world.clock.advance(1_000);
    announce("1");
    expect(world.registry.takeDueProbes(10)).toEqual([]);
  });

  test.each([[undefined], ["1"]])(
    "a change while a probe is under way is read after it (announced before: %s)",
    async (before) => {
      const { world, announce, take } = await leased();
      if (before !== undefined) announce(before);
      const running = take();
      const outcome = world.look(running.target);
      world.clock.advance(500);
      world.offers.set(endpoint, snapshotOf("greet", "count"));
      announce("2");
      expect(world.registry.takeDueProbes(10)).toEqual([]);
      world.registry.recordProbe(running, outcome);
      const next = take();
      expect(next.full).toBe(true);
      world.registry.recordProbe(next, world.look(next.target));
      expect(world.registry.get("alpha")?.snapshot?.tools).toHaveLength(2);
      expect(world.registry.takeDueProbes(10)).toEqual([]);
    },
  );

  test("a change while a quick probe is under way is read after it", async () => {
    const { world, announce, take } = await leased();
    announce("1");
    world.probe();
    for (let seconds = 0; seconds < 35; seconds += 5) {
      world.clock.advance(5_000);
      announce("1");
    }
    const quick = take();
    expect(quick.full).toBe(false);
    announce("2");
    world.registry.recordProbe(quick, answered(quick.target));
    expect(take().full).toBe(true);
  });
});

describe("probes", () => {
  test("an answer for an earlier registration is dropped, and the new one is asked at once", async () => {
    const world = await World.create();
    await world.register(alpha);
    const [early] = world.registry.takeDueProbes(10);
    expect(world.registry.takeDueProbes(10)).toEqual([]);
    world.clock.advance(1);
    await world.register(alpha);
    expect(world.registry.takeDueProbes(10)).toHaveLength(1);
    if (early === undefined) throw new Error("No probe was due.");
    world.answering.add(endpoint);
    world.registry.recordProbe(early, world.look(early.target));
    expect(world.status("alpha")).toBe("pending");
  });

  test("the longest overdue come first", async () => {
    const world = await World.create();
    for (const name of ["c", "a", "b"]) {
      await world.register({ ...alpha, name });
      world.clock.advance(10);
    }
    expect(world.registry.takeDueProbes(2).map((task) => task.serverId)).toEqual(["c", "a"]);
    expect(world.registry.takeDueProbes(2).map((task) => task.serverId)).toEqual(["b"]);
  });
});

describe("what lists show", () => {
  test("is ordered by id, whatever the order of arrival", async () => {
    const world = await World.create();
    for (const name of ["m", "a", "z", "b", "y"]) await world.register({ ...alpha, name });
    await world.registry.remove("m", () => {});
    expect(world.registry.list().map((entry) => entry.record.id)).toEqual(["a", "b", "y", "z"]);
  });

  test("heartbeats and good probes change no version, revision, updatedAt or journal", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 5);
    await world.pass(10_000, () => actAll(servers));
    const shown = () => ({
      version: world.registry.version,
      lastSeq: world.registry.lastSeq,
      records: world.registry.list().map((entry) => entry.record),
      commits: world.store.commits,
    });
    const before = shown();
    await world.pass(120_000, () => actAll(servers));
    expect(shown()).toEqual(before);
  });
});

describe("the mass-expiry guard, 20 servers as in the simulation", () => {
  test("the way to the hub cut for 200 s: nobody goes down", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 20);
    await world.pass(60_000, () => actAll(servers));
    for (const server of servers) server.disconnect(false);
    await world.pass(200_000, () => actAll(servers));
    expect(world.statuses()).toEqual(Array(20).fill("unreachable"));
    expect(world.registry.protection.isActive).toBe(true);
    for (const server of servers) server.disconnect(true);
    await world.pass(120_000, () => actAll(servers));
    expect(world.statuses()).toEqual(Array(20).fill("up"));
    expect(world.registry.protection.isActive).toBe(false);
    expect(
      world.events.filter((event) => event.kind === "status-changed" && event.to === "down"),
    ).toEqual([]);
  });

  test("the hub paused for 150 s: nobody is even unreachable", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 20);
    await world.pass(60_000, () => actAll(servers));
    const before = world.registry.lastSeq;
    world.pause(150_000);
    world.registry.sweep();
    await world.pass(60_000, () => actAll(servers));
    expect(world.statuses()).toEqual(Array(20).fill("up"));
    expect(world.registry.lastSeq).toBe(before);
  });

  test.each([3, 20])(
    "all %i really dead: all down after the bounded window, not before",
    async (count) => {
      const world = await World.create();
      const servers = await liveServers(world, count);
      await world.pass(60_000, () => actAll(servers));
      for (const server of servers) server.stop();
      await world.pass(300_000);
      expect(world.statuses()).not.toContain("down");
      await world.pass(80_000);
      expect(world.statuses()).toEqual(Array(count).fill("down"));
    },
  );

  test("two servers: it never holds", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 2);
    await world.pass(60_000, () => actAll(servers));
    for (const server of servers) server.stop();
    await world.pass(110_000);
    expect(world.statuses()).toEqual(["down", "down"]);
    expect(world.registry.protection.isActive).toBe(false);
  });

  test("a restarted hub does not count those that were dead long before: 3 of 5", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 5);
    await world.pass(60_000, () => actAll(servers));
    for (const server of servers.slice(0, 3)) server.stop();
    await world.pass(600_000, () => actAll(servers));
    await world.restart();
    await world.pass(110_000, async () => {
      await actAll(servers);
      expect(world.registry.protection.isActive).toBe(false);
    });
    expect(world.statuses()).toEqual(["down", "down", "down", "up", "up"]);
  });

  test("a fresh hub does not count servers that never started", async () => {
    const world = await World.create();
    for (const name of ["a", "b", "c"])
      await world.register({ name, transport: "http", endpoint: `http://127.0.0.1/${name}` });
    await world.pass(110_000, () => {
      expect(world.registry.protection.isActive).toBe(false);
    });
    expect(world.statuses()).toEqual(["down", "down", "down"]);
  });

  test("one of 20 dead: it goes down on time", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 20);
    await world.pass(60_000, () => actAll(servers));
    servers[7]?.stop();
    await world.pass(110_000, () => actAll(servers));
    expect(world.statuses().filter((status) => status === "down")).toHaveLength(1);
    expect(world.status("server-7")).toBe("down");
  });
});

test("one hub takes over what another wrote, when they meet", async () => {
  const one = await World.create();
  const other = await World.create();
  other.store = new FragileStore(one.store.kept);
  await other.open();
  await one.register(alpha);
  await other.register(alpha);
  expect(other.registry.get("alpha")?.record.version).toBe(2);
});
