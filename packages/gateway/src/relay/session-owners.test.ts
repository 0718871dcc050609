import { BudgetBook, HubError, MemorySessionStore } from "@hub/core";
import { openPrincipal, type Principal } from "@hub/core/access";
import type { SessionStore } from "@hub/core/storage";
import { expect, test } from "vitest";
import { OneStore } from "../../test/support/several-hubs.js";
import { Faults } from "../faults.js";
import { isOwnerRow, SessionOwners } from "./session-owners.js";

const anna: Principal = { kind: "token", id: "token:anna", grants: [] };
const bert: Principal = { kind: "token", id: "token:bert", grants: [] };

async function start({
  store = new MemorySessionStore() as SessionStore,
  budgets = new BudgetBook(),
} = {}) {
  const kept = (await store.load()).filter(isOwnerRow);
  const faults: unknown[] = [];
  const owners = new SessionOwners({
    budgets,
    faults: new Faults((error) => faults.push(error)),
    keeping: { store, kept },
    now: () => 0,
  });
  return { owners, store, budgets, faults };
}

test("a session is its first owner's, in the next process too, and its id is not in the store", async () => {
  const { owners, store } = await start();
  owners.give(anna, "one", "secret-id");
  owners.give(bert, "one", "secret-id");
  owners.give(bert, "two", "secret-id");
  await owners.written();
  expect(JSON.stringify(await store.load())).not.toContain("secret-id");
  const { owners: later } = await start({ store });
  for (const known of [owners, later]) {
    expect(known.isOf(anna, "one", "secret-id")).toBe(true);
    expect(known.isOf(bert, "one", "secret-id")).toBe(false);
    expect(known.isOf(bert, "two", "secret-id")).toBe(true);
    expect(known.isOf(openPrincipal, "one", "secret-id")).toBe(false);
  }
});

test("what nothing is known of belongs to whoever asks an open hub, and is not kept", async () => {
  const { owners, store } = await start();
  owners.give(openPrincipal, "one", "s");
  await owners.written();
  expect(await store.load()).toEqual([]);
  expect(owners.isOf(openPrincipal, "one", "s")).toBe(true);
  expect(owners.isOf(anna, "one", "s")).toBe(false);
});

test("one that ended, whose server is gone or whose owner is, is nobody's, here and in the store", async () => {
  const { owners, store } = await start();
  for (const id of ["ended", "kept"]) owners.give(anna, "one", id);
  owners.give(anna, "gone", "s");
  owners.give(bert, "one", "of-bert");
  owners.end("one", "ended");
  owners.end("one", "never-was");
  owners.endOf(bert.id);
  owners.retain(new Set(["one"]));
  await owners.written();
  expect(await store.load()).toHaveLength(1);
  for (const known of [owners, (await start({ store })).owners]) {
    expect(known.isOf(anna, "one", "kept")).toBe(true);
    expect(known.isOf(anna, "one", "ended")).toBe(false);
    expect(known.isOf(anna, "gone", "s")).toBe(false);
    expect(known.isOf(bert, "one", "of-bert")).toBe(false);
  }
});

test("of too many of one principal those used longest ago are forgotten, and none of others", async () => {
  const budgets = new BudgetBook({ principalSessions: 3 });
  const { owners, store } = await start({ budgets });
  owners.give(bert, "one", "of-bert");
  for (const id of ["a", "b", "c"]) owners.give(anna, "one", id);
  expect(owners.isOf(anna, "one", "a")).toBe(true);
  owners.give(anna, "one", "d");
  const known = ["a", "b", "c", "d"].filter((id) => owners.isOf(anna, "one", id));
  expect(known).toEqual(["a", "c", "d"]);
  expect(owners.isOf(bert, "one", "of-bert")).toBe(true);
  await owners.written();
  expect(await store.load()).toHaveLength(4);
  expect(budgets.report().find(({ name }) => name === "principalSessions")?.refused).toBe(1);
});

test("while the store fails everything goes on, and it is told of what it missed", async () => {
  const memory = new MemorySessionStore();
  let fails = true;
  const store: SessionStore = {
    load: () => memory.load(),
    read: (key) => memory.read(key),
    write: async (write) => {
      if (fails) throw new HubError("STORE_UNAVAILABLE", "The disk is full.");
      return memory.write(write);
    },
  };
  const { owners, faults } = await start({ store });
  owners.give(anna, "one", "s");
  await owners.written();
  expect(owners.isOf(anna, "one", "s")).toBe(true);
  fails = false;
  owners.retain(new Set(["one"]));
  await owners.written();
  expect(await memory.load()).toHaveLength(1);
  expect(faults).toEqual([]);
});

test("of too many of one principal, none is forgotten that another hub uses", async () => {
  const rows = new OneStore();
  const hub = (name: string) => {
    const store = rows.of(name);
    return new SessionOwners({
      budgets: new BudgetBook({ principalSessions: 3 }),
      faults: new Faults(),
      keeping: { store, kept: [], shared: store },
      now: () => rows.at,
    });
  };
  const [one, other] = [hub("one"), hub("other")];
  const isKnown = async (owners: SessionOwners, id: string) => {
    await owners.look(anna, "server", id);
    return owners.isOf(anna, "server", id);
  };
  for (const id of ["a", "b", "c"]) {
    one.give(anna, "server", id);
    await one.written();
    rows.at += 1;
  }
  expect(await isKnown(other, "a")).toBe(true);
  rows.at += 60_000;
  other.retain(new Set(["server"]));
  await other.written();
  one.give(anna, "server", "d");
  await one.written();
  const third = hub("third");
  const known: string[] = [];
  for (const id of ["a", "b", "c", "d"]) if (await isKnown(third, id)) known.push(id);
  expect(known).toEqual(["a", "c", "d"]);
  // The hub that gave it out and had no room for it finds it again.
  expect(await isKnown(one, "a")).toBe(true);
});
