import { BudgetBook, MemoryStore, type ProbeOutcome, Registry } from "@hub/core";
import { expect, test } from "vitest";
import { defaultLimits } from "../limits.js";
import { Instances } from "./instances.js";

const limits = { ...defaultLimits, circuitMs: 1_000 };
const budgets = new BudgetBook({ callsInFlight: 2, callsWaiting: 4 });

/** A real registry with some instances of one server, on a clock that stands still. */
async function start(count: number) {
  let ms = 0;
  let leases = 0;
  const registry = await Registry.open({
    store: new MemoryStore(),
    clock: { wall: () => ms, monotonic: () => ms },
    nothingListens: () => Promise.reject(new Error("Nobody looks here")),
    newLeaseId: () => `lease-${++leases}-${"0".repeat(24)}`,
  });
  const leaseIds: string[] = [];
  for (let one = 0; one < count; one += 1) {
    const endpoint = `http://127.0.0.1:${9_000 + one}/mcp`;
    const registration = { name: "twins", transport: "streamable-http", endpoint } as const;
    const answer = await registry.register({ ...registration, serviceKey: "key", lease: {} });
    leaseIds.push(answer.lease?.id ?? "");
  }
  const probe = () => {
    for (const task of registry.takeProbes("twins")) {
      const { endpoint, transport } = task.target;
      const outcome: ProbeOutcome = {
        ok: true,
        endpoint,
        transport,
        latencyMs: 1,
        needsToken: false,
        era: "modern",
        warnings: [],
      };
      registry.recordProbe(task, outcome);
    }
  };
  probe();
  const entry = () => {
    const found = registry.get("twins");
    if (found === undefined) throw new Error("It was registered");
    return found;
  };
  const instances = new Instances(limits, budgets, registry);
  const advance = (by: number) => {
    ms += by;
  };
  return { registry, instances, entry, advance, probe, leaseIds };
}

test("calls that take no time are spread evenly, and the least busy instance comes first", async () => {
  const { instances, entry } = await start(3);
  const counts = new Map<string, number>();
  for (let one = 0; one < 30; one += 1) {
    const [best] = instances.candidates(entry());
    const id = best?.instanceId ?? "";
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  expect([...counts.values()]).toEqual([10, 10, 10]);
  const [busy] = instances.candidates(entry());
  const leave = busy?.calls.enter(() => undefined, "peer");
  for (let one = 0; one < 6; one += 1) expect(instances.candidates(entry()).at(-1)).toBe(busy);
  leave?.();
});

test("one that drains or has left is no candidate, but is still found by a session that lives there", async () => {
  const { registry, instances, entry, leaseIds } = await start(2);
  const [first, second] = instances.of(entry());
  const [lease = "", otherLease = ""] = leaseIds;
  registry.renew(lease, { draining: true });
  const candidates = instances.candidates(entry());
  expect(candidates).toHaveLength(1);
  const draining = candidates[0] === first ? second : first;
  expect(instances.get(entry(), draining?.instanceId ?? "")).toBe(draining);
  await registry.deregister(otherLease);
  expect(instances.candidates(entry())).toEqual([]);
});

test("one that was silent for a whole call is left alone for a while, or until a probe or a byte shows life", async () => {
  const { registry, instances, entry, advance, probe } = await start(1);
  // Views keep an entry for as long as nothing visible changes.
  const kept = entry();
  const [instance] = instances.candidates(kept);
  const now = () => registry.now().hub;
  const isTried = () => instances.candidates(kept).length === 1;
  const timeOut = () => {
    advance(10);
    const began = now();
    advance(10);
    instance?.timedOut(began, now());
    expect(isTried()).toBe(false);
  };
  timeOut();
  advance(limits.circuitMs);
  expect(isTried()).toBe(true);
  timeOut();
  advance(10);
  probe();
  expect(isTried()).toBe(true);
  timeOut();
  instance?.showLife(now());
  expect(isTried()).toBe(true);
  // Something came after the call began: it is slow, not dead.
  instance?.timedOut(now() - 10, now());
  expect(isTried()).toBe(true);
});

test("places are given in order, given back once, and refused when too many wait", async () => {
  const { instances, entry } = await start(1);
  const [instance] = instances.candidates(entry());
  const began: number[] = [];
  const enter = (one: number) => instance?.calls.enter(() => began.push(one), "peer");
  const leavers = [1, 2, 3, 4].map(enter);
  expect(began).toEqual([1, 2]);
  expect(enter(5)).toBeUndefined();
  // One that waits goes: it never begins, and its place in line is free.
  leavers[2]?.();
  expect(enter(6)).toBeDefined();
  leavers[0]?.();
  leavers[0]?.();
  expect(began).toEqual([1, 2, 4]);
  leavers[1]?.();
  expect(began).toEqual([1, 2, 4, 6]);
  expect(instance?.inFlight).toBe(2);
});
