import { type Entry, MemoryStore, Registry } from "@hub/core";
import { expect, test } from "vitest";
import { GracePeriod } from "./grace-period.js";

const graceMs = 5_000;

/** Two moments of one server: while it serves, and when all its instances have left. */
async function moments(): Promise<{ readonly serving: Entry; readonly gone: Entry }> {
  const registry = await Registry.open({
    store: new MemoryStore(),
    clock: { wall: () => 0, monotonic: () => 0 },
    nothingListens: () => Promise.reject(new Error("Nobody looks here")),
    newLeaseId: () => `lease-${"0".repeat(24)}`,
  });
  const endpoint = "http://127.0.0.1:9000/mcp";
  const answer = await registry.register({
    name: "a",
    transport: "streamable-http",
    endpoint,
    lease: {},
  });
  const snapshot = { ...emptySnapshot };
  const now = registry.get("a");
  await registry.deregister(answer.lease?.id ?? "");
  const later = registry.get("a");
  if (now === undefined || later === undefined) throw new Error("It was registered");
  return { serving: { ...now, snapshot }, gone: { ...later, snapshot } };
}

const emptySnapshot: NonNullable<Entry["snapshot"]> = {
  bytes: 1,
  era: "modern",
  protocolVersion: "2026-07-28",
  serverInfo: { name: "a" },
  capabilities: {},
  tools: [],
  prompts: [],
  resources: [],
  resourceTemplates: [],
  hash: "",
};

test("a server that is lost stays for the grace period, and says when to look again", async () => {
  const { serving, gone } = await moments();
  const gracePeriod = new GracePeriod(graceMs);
  expect(gracePeriod.update([serving], 0)).toBe(Number.POSITIVE_INFINITY);
  expect(gracePeriod.update([gone], 1_000)).toBe(graceMs);
  expect(gracePeriod.update([gone], 3_000)).toBe(3_000);
  expect([...gracePeriod.present]).toEqual(["a"]);
  gracePeriod.update([gone], 6_000);
  expect([...gracePeriod.present]).toEqual([]);
});

test("one that comes back in time begins a new period when it is lost again", async () => {
  const { serving, gone } = await moments();
  const gracePeriod = new GracePeriod(graceMs);
  gracePeriod.update([serving], 0);
  gracePeriod.update([gone], 1_000);
  gracePeriod.update([serving], 5_000);
  expect(gracePeriod.update([gone], 7_000)).toBe(graceMs);
});

test("a name that was removed goes at once, and one that never served is never there", async () => {
  const { serving, gone } = await moments();
  const gracePeriod = new GracePeriod(graceMs);
  gracePeriod.update([gone], 0);
  expect(gracePeriod.present.size).toBe(0);
  gracePeriod.update([serving], 1);
  gracePeriod.update([], 2);
  expect(gracePeriod.present.size).toBe(0);
});
