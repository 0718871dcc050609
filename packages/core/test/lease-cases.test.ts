import { describe, expect, test } from "vitest";
import { actAll, codeOf, LiveServer, liveServers, World } from "./world.js";

/**
 * The named cases of the lease machine, shown here on the registry with a clock set by hand. What
 * needs real processes (signals, exit codes, sockets) is shown with real processes elsewhere.
 */

const endpoint = "http://127.0.0.1:8001/mcp";
const leased = { name: "Alpha", transport: "http", endpoint, lease: {} };

/** Heartbeats every ten seconds until told otherwise. */
async function started(world: World, index = 1): Promise<LiveServer> {
  const server = new LiveServer(world, index, 10_000);
  await server.register();
  await world.pass(20_000, () => server.act());
  return server;
}

describe("lease cases", () => {
  test("L1 registering twice with an identical body is one instance with one id (registry)", async () => {
    const world = await World.create();
    const first = await world.register(leased);
    const second = await world.register(leased);
    expect(second.isNew).toBe(false);
    expect(second.instance.record.id).toBe(first.instance.record.id);
    expect(world.registry.list().flatMap((entry) => entry.instances)).toHaveLength(1);
  });

  test("L2 the answer tells the effective TTL and heartbeat; wishes are clamped (registry)", async () => {
    const world = await World.create();
    let last: string | undefined;
    const grant = async (ttlMs?: number) => {
      const wish = ttlMs === undefined ? {} : { ttlMs };
      const { lease } = await world.register({ ...leased, lease: wish }, last);
      last = lease?.id;
      return lease;
    };
    expect(await grant()).toMatchObject({ ttlMs: 30_000, heartbeatMs: 10_000 });
    expect(await grant(1_000)).toMatchObject({ ttlMs: 5_000, heartbeatMs: 1_666 });
    expect(await grant(365 * 86_400_000)).toMatchObject({ ttlMs: 3_600_000, heartbeatMs: 10_000 });
    expect((await grant())?.id).toMatch(/^lease-/);
  });

  test("L3 a heartbeat with an unknown or expired lease is LEASE_UNKNOWN (registry)", async () => {
    const world = await World.create();
    const { lease } = await world.register(leased);
    const beat = (id: string) => codeOf(() => world.registry.renew(id));
    expect(await beat("never given")).toBe("LEASE_UNKNOWN");
    expect(await beat("")).toBe("LEASE_UNKNOWN");
    await world.pass(30_000);
    expect(await beat(lease?.id ?? "")).toBeUndefined();
    await world.pass(30_001);
    expect(await beat(lease?.id ?? "")).toBe("LEASE_UNKNOWN");
    const again = await world.register(leased);
    expect(await beat(again.lease?.id ?? "")).toBeUndefined();
  });

  test("L4 a killed server is unreachable between TTL and TTL + sweep + 1 s (registry; the process elsewhere)", async () => {
    const world = await World.create();
    const server = await started(world);
    const lastBeatAt = world.registry.get("server-1")?.instances[0]?.health.lease?.renewedAt ?? 0;
    server.stop();
    let lostAt: number | undefined;
    let downAt: number | undefined;
    await world.pass(120_000, () => {
      const status = world.status("server-1");
      // That its endpoint refuses connections is said before.
      if (status !== "up" && status !== "suspect") lostAt ??= world.registry.now().hub - 1_000;
      if (status === "down") downAt ??= world.registry.now().hub - 1_000;
    });
    expect(lostAt).toBeGreaterThan(lastBeatAt + 30_000 - 1_000);
    expect(lostAt).toBeLessThanOrEqual(lastBeatAt + 30_000 + 5_000 + 1_000);
    expect(downAt).toBeGreaterThan(lastBeatAt + 90_000 - 1_000);
    expect(downAt).toBeLessThanOrEqual(lastBeatAt + 90_000 + 5_000 + 1_000);
  });

  test("L5 a server that stops deregisters and is gone at once (registry; signals elsewhere)", async () => {
    const world = await World.create();
    const server = await started(world);
    await world.registry.deregister(server.leaseId ?? "");
    expect(world.registry.get("server-1")?.instances).toEqual([]);
    expect(world.events.at(-1)).toMatchObject({ kind: "deregistered", reason: "left" });
  });

  test("L6 a server stopped beyond its end and continued is back within one interval, same id (registry; signals elsewhere)", async () => {
    const world = await World.create();
    const server = await started(world);
    const before = world.registry.get("server-1")?.instances[0]?.record.id;
    server.disconnect(false);
    await world.pass(130_000);
    expect(world.status("server-1")).toBe("down");
    server.disconnect(true);
    await world.pass(10_000, () => server.act());
    expect(world.status("server-1")).toBe("up");
    expect(world.registry.get("server-1")?.instances[0]?.record.id).toBe(before);
  });

  test("L7 a killed hub finds all 20 servers again, nobody flaps (registry; spreading of clients elsewhere)", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 20);
    await world.pass(30_000, () => actAll(servers));
    await world.restart();
    expect(world.statuses()).toEqual(Array(20).fill("pending"));
    const since = world.events.length;
    await world.pass(20_000, () => actAll(servers));
    expect(world.statuses()).toEqual(Array(20).fill("up"));
    await world.pass(120_000, () => actAll(servers));
    const told = world.events.slice(since);
    expect(told.every((event) => event.kind === "status-changed" && event.to === "up")).toBe(true);
    expect(told).toHaveLength(20);
  });

  test("L8 a server may come long before or after the hub: it is let in when it asks (registry; the helper elsewhere)", async () => {
    const world = await World.create();
    const server = new LiveServer(world, 1, 0);
    await world.pass(300_000);
    await server.act();
    await world.pass(1_000);
    expect(world.status("server-1")).toBe("up");
  });

  test("L9 20 servers cut off for 200 s: shown, none down, protection visible (registry; TCP proxy elsewhere)", async () => {
    const world = await World.create();
    const servers = await liveServers(world, 20);
    await world.pass(30_000, () => actAll(servers));
    for (const server of servers) server.disconnect(false);
    let protectedFor = 0;
    await world.pass(200_000, async () => {
      await actAll(servers);
      if (world.registry.protection.isActive) protectedFor += 1_000;
      expect(world.statuses()).not.toContain("down");
    });
    expect(world.statuses()).toContain("unreachable");
    expect(protectedFor).toBeGreaterThan(150_000);
    for (const server of servers) server.disconnect(true);
    await world.pass(60_000, async () => {
      await actAll(servers);
      expect(world.statuses()).not.toContain("down");
    });
    expect(world.statuses()).toEqual(Array(20).fill("up"));
  });

  test("L10 the DELETE of the old process does not touch its successor (registry)", async () => {
    const world = await World.create();
    const old = await world.register(leased);
    const successor = await world.register(leased, old.lease?.id);
    const leave = (id: string | undefined) => codeOf(() => world.registry.deregister(id ?? ""));
    expect(await leave(old.lease?.id)).toBe("LEASE_UNKNOWN");
    expect(world.registry.get("alpha")?.instances).toHaveLength(1);
    // Also when both arrive together.
    const [last, code] = await Promise.all([
      world.register(leased, successor.lease?.id),
      leave(successor.lease?.id),
    ]);
    expect(code).toBe("LEASE_UNKNOWN");
    expect(world.registry.renew(last.lease?.id ?? "").ttlMs).toBe(30_000);
  });

  test("L10 the DELETE of the old process leaves its successor listed, which then gets the lease (registry)", async () => {
    const world = await World.create();
    world.answering.add(endpoint);
    const old = await world.register(leased);
    await world.pass(2_000);
    const waiting = await world.register(leased);
    expect(waiting).toMatchObject({ isNew: false, retryAfterMs: 10_000 });
    await world.registry.deregister(old.lease?.id ?? "");
    expect(world.status("alpha")).toBe("up");
    expect(world.registry.get("alpha")?.instances[0]?.health.lease).toBeUndefined();
    expect(await codeOf(() => world.registry.renew(old.lease?.id ?? ""))).toBe("LEASE_UNKNOWN");
    const successor = await world.register(leased);
    expect(world.registry.renew(successor.lease?.id ?? "").ttlMs).toBe(30_000);
    expect(world.status("alpha")).toBe("up");
    await world.registry.deregister(successor.lease?.id ?? "");
    expect(world.registry.get("alpha")?.instances).toEqual([]);
  });

  test("L11 a registration without a lease lives by the hub's probe alone (registry)", async () => {
    const world = await World.create();
    const { lease: _, ...seed } = leased;
    const result = await world.register(seed);
    expect(result.lease).toBeUndefined();
    world.answering.add(endpoint);
    await world.pass(3_600_000);
    expect(world.status("alpha")).toBe("up");
    world.answering.delete(endpoint);
    await world.pass(60_000);
    expect(world.status("alpha")).toBe("unreachable");
    await world.pass(86_400_000 / 24);
    expect(world.status("alpha")).toBe("down");
    expect(world.registry.get("alpha")).toBeDefined();
  });

  test("L12 all 20 really dead: down after the bounded window (registry)", async () => {
    const world = await World.create({ guardMaxMs: 60_000, downAfterMs: 60_000 });
    const servers = await liveServers(world, 20);
    await world.pass(30_000, () => actAll(servers));
    for (const server of servers) server.stop();
    await world.pass(110_000);
    expect(world.statuses()).not.toContain("down");
    await world.pass(40_000);
    expect(world.statuses()).toEqual(Array(20).fill("down"));
    expect(world.registry.protection.isActive).toBe(false);
  });
});
