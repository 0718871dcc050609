import { describe, expect, test } from "vitest";
import { actAll, codeOf, FragileStore, liveServers, snapshotOf, World } from "../test/world.js";

const endpoint = "http://127.0.0.1:8001/mcp";
const alpha = { name: "Alpha", transport: "http", endpoint };

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
    const world = await World.create({ maxServers: 3 });
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
    const history = await world.registry.changes("alpha", { limit: 10 });
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
