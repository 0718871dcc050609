import { BudgetBook, HubError, MemorySessionStore } from "@hub/core";
import type { SessionWrite } from "@hub/core/storage";
import { afterEach, expect, test, vi } from "vitest";
import { Faults } from "../faults.js";
import { type Keepable, KeptSessions } from "./kept-sessions.js";
import { keyOfSession } from "./sealed-row.js";

afterEach(() => void vi.useRealTimers());

/** A store that can be told to fail, and that says what it was asked for. */
class Store extends MemorySessionStore {
  isFailing = false;
  readonly asked: SessionWrite[] = [];
  /** What happens while it writes. */
  onWrite: () => Promise<void> | void = () => undefined;

  override async write(write: SessionWrite): Promise<readonly string[]> {
    this.asked.push(write);
    await this.onWrite();
    if (this.isFailing) throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
    return super.write(write);
  }

  async keys(): Promise<readonly string[]> {
    return (await this.load()).map(({ key }) => key);
  }
}

function open(limit?: number) {
  const store = new Store();
  const faults: unknown[] = [];
  const budgets = new BudgetBook(limit === undefined ? {} : { allSessionRowBytes: limit });
  const kept = new KeptSessions({
    store,
    kept: [],
    budgets,
    faults: new Faults((error) => faults.push(error)),
  });
  const used = () => budgets.report().find(({ name }) => name === "allSessionRowBytes")?.used;
  return { store, kept, faults, used };
}

const session = (id: string, followed: readonly string[] = []): Keepable => ({
  id,
  peer: "127.0.0.1",
  isUsed: true,
  state: {
    endpoint: "/mcp",
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: {},
    links: [],
    followed,
    tasks: [],
  },
  whenStored: () => () => undefined,
});

test("while the store fails, a change does not write all the others anew, and takes no room", async () => {
  const { store, kept, used } = open();
  await kept.changed(session("before"));
  const bytes = used();
  store.isFailing = true;
  for (let at = 0; at < 100; at += 1) await kept.changed(session(String(at)));
  const rows = store.asked.reduce((sum, { put }) => sum + put.length, 0);
  expect(rows).toBeLessThan(100);
  expect([used(), kept.has(keyOfSession("0"))]).toEqual([bytes, false]);
  // What was never stored is not waited for when it ends.
  expect(await kept.remove(keyOfSession("0"))).toBe(true);
  expect(await kept.remove(keyOfSession("before"))).toBe(false);
  store.isFailing = false;
  await kept.close();
  expect((await store.keys()).length).toBe(99);
  expect(await store.keys()).not.toContain(keyOfSession("before"));
});

test("a session that outgrows its room leaves no old row behind", async () => {
  const { store, kept, used } = open(2_000);
  await kept.changed(session("a"));
  expect(await store.keys()).toHaveLength(1);
  const large = Array.from({ length: 100 }, (_, at) => `file:///a/long/name/of/a/resource/${at}`);
  await kept.changed(session("a", large));
  expect([await store.keys(), used(), kept.has(keyOfSession("a"))]).toEqual([[], 0, false]);
  await kept.changed(session("a"));
  expect(await store.keys()).toHaveLength(1);
});

test("a session that cannot be written down costs no other its row, and keeps nobody waiting", async () => {
  const { store, kept, faults } = open();
  const broken: Keepable = {
    ...session("broken"),
    get state(): never {
      throw new Error("a fault of ours");
    },
  };
  await Promise.all([kept.changed(session("a")), kept.changed(broken), kept.changed(session("b"))]);
  expect(await store.keys()).toEqual([keyOfSession("a"), keyOfSession("b")]);
  expect(faults).toHaveLength(1);
});

test("after a slow write nobody waits as long again, let alone four times", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { store, kept } = open();
  const hourMs = 3_600_000;
  store.onWrite = () => void vi.advanceTimersByTime(hourMs);
  await kept.changed(session("a"));
  await kept.changed(session("b"));
  expect(await store.keys()).toHaveLength(2);
});

test("a session hears that it is stored when all of it is, also by a later write, and not before", async () => {
  const { store, kept } = open(2_000);
  const stored: string[] = [];
  let now = "first";
  const heard = (followed: readonly string[] = []): Keepable => ({
    ...session("a", followed),
    whenStored: () => {
      const then = now;
      return () => void stored.push(then);
    },
  });
  store.isFailing = true;
  await kept.changed(heard());
  expect(stored).toEqual([]);
  store.isFailing = false;
  now = "second";
  await kept.close();
  expect(stored).toEqual(["second"]);
  // What has no room is not stored.
  const large = Array.from({ length: 100 }, (_, at) => `file:///a/long/name/of/a/resource/${at}`);
  await kept.changed(heard(large));
  expect(stored).toEqual(["second"]);
});

test.each([
  ["is stored", false],
  ["cannot be stored", true],
])(
  "a session that is let go of while it is written takes no room, when it %s",
  async (_, fails) => {
    const { store, kept, used } = open();
    await kept.changed(session("a"));
    store.isFailing = fails;
    store.onWrite = () => kept.letGo(keyOfSession("a"));
    await kept.changed(session("a", ["file:///notes"]));
    expect([used(), kept.has(keyOfSession("a"))]).toEqual([0, false]);
    expect(await store.keys()).toHaveLength(1);
  },
);
