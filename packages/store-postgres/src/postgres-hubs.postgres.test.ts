import { Registry, registrationSchema, systemClock } from "@hub/core";
import type { Pulse, RegistryStore } from "@hub/core/storage";
import { Postgres, until } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresStore } from "./open-postgres-store.js";

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

const pulseOf = (id: string, more: Partial<Pulse> = {}): Pulse => ({
  hub: { id, version: "1", startedAt: 0 },
  isJoining: false,
  isUrgent: false,
  read: new Map(),
  ...more,
});

test("hubs meet: the first is alone, who was silent joins again, each report is read once and stored once", async () => {
  const url = await postgres.newDatabase();
  const database = url.slice(url.lastIndexOf("/") + 1);
  const store = await openPostgresStore({ url });
  const { hubs } = store.shared;
  expect(await hubs.pulse(pulseOf("a"))).toMatchObject({ joined: "alone", reports: [] });
  const report = { number: 1, text: "what a saw", agoMs: 10 };
  expect((await hubs.pulse(pulseOf("a", { report }))).joined).toBeUndefined();
  // Sent again, since nobody knows whether it came.
  await hubs.pulse(pulseOf("a", { report }));
  const joined = await hubs.pulse(pulseOf("b"));
  expect(joined).toMatchObject({ joined: "beside-others" });
  expect(joined.hubs.map(({ id, reports }) => [id, reports])).toEqual([
    ["a", 1],
    ["b", 0],
  ]);
  expect(joined.reports).toMatchObject([{ hubId: "a", number: 1, text: "what a saw" }]);
  expect((await hubs.pulse(pulseOf("b", { read: new Map([["a", 1]]) }))).reports).toEqual([]);
  // A hub that is gone for so long is forgotten, and what it said does not come back.
  const old = { number: 2, text: "what a saw long ago", agoMs: 60_001 };
  await hubs.pulse(pulseOf("a", { report: old }));
  expect((await hubs.pulse(pulseOf("b"))).reports.map(({ number }) => number)).toEqual([1]);
  const a = joined.hubs.find(({ id }) => id === "a");
  expect(a?.joinedAgoMs).toBeGreaterThan(4_000);
  // Nobody heard of it for a while, whatever it thinks itself.
  await postgres.sql(
    database,
    "UPDATE hubs SET seen_at = seen_at - interval '4.5 s' WHERE id = 'a'",
  );
  expect((await hubs.pulse(pulseOf("a"))).joined).toBe("beside-others");
  await hubs.leave("b");
  expect((await hubs.pulse(pulseOf("a", { isJoining: true }))).joined).toBe("alone");
  await store.close();
});

test("what went long ago is forgotten, and a hub that was away for longer still knows that it went", async () => {
  const url = await postgres.newDatabase();
  const database = url.slice(url.lastIndexOf("/") + 1);
  const open = async () => {
    const store = await openPostgresStore({ url });
    // It hears of others only when it asks.
    const deaf: RegistryStore = {
      load: () => store.load(),
      commit: (write) => store.commit(write),
      journal: (query) => store.journal(query),
      changes: (serverId, query) => store.changes(serverId, query),
      oldestSeq: () => store.oldestSeq(),
      trimJournal: (...kept) => store.trimJournal(...kept),
      trimChanges: (since) => store.trimChanges(since),
      assertWritable: () => store.assertWritable(),
      close: () => store.close(),
      shared: { ...store.shared, onNews: () => () => {} },
    };
    const registry = await Registry.open({
      store: deaf,
      clock: systemClock,
      nothingListens: async () => false,
      newLeaseId: () => crypto.randomUUID(),
    });
    return { store, registry };
  };
  const [one, other] = [await open(), await open()];
  for (const name of ["Orders", "Billing"])
    await one.registry.register(
      registrationSchema.parse({ name, transport: "http", endpoint: "http://127.0.0.1:9/mcp" }),
    );
  await other.registry.catchUp();
  expect(other.registry.list()).toHaveLength(2);
  await one.registry.remove("orders");
  await postgres.sql(
    database,
    "UPDATE removed_entries SET removed_at = removed_at - interval '2 hours'",
  );
  await one.store.shared.hubs.tidy();
  expect(await postgres.sql(database, "SELECT count(*) FROM removed_entries")).toBe("0");
  expect(other.registry.list()).toHaveLength(2);
  await other.registry.catchUp();
  expect(other.registry.list().map(({ record }) => record.id)).toEqual(["billing"]);
  for (const { store } of [one, other]) await store.close();
});

test("whose connection stands is known at once, and again after it broke", async () => {
  const url = await postgres.newDatabase();
  const database = url.slice(url.lastIndexOf("/") + 1);
  const [one, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const { hubs } = one.shared;
  await hubs.pulse(pulseOf("one"));
  await other.shared.hubs.pulse(pulseOf("other"));
  // One that never had a connection, as after a restart of the database.
  await postgres.sql(
    database,
    "INSERT INTO hubs SELECT 'third', address, version, started_at, seen_at, joined_at, reports FROM hubs WHERE id = 'one'",
  );
  expect([...(await hubs.connected())].sort()).toEqual(["one", "other"]);
  await postgres.sql(
    database,
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mcp-hub news' AND datname = current_database()",
  );
  await until("both to be back", async () => (await hubs.connected()).size === 2);
  // It goes without a word, as one that is killed.
  await other.close();
  await until("its connection to be gone", async () => (await hubs.connected()).size === 1);
  expect([...(await hubs.connected())]).toEqual(["one"]);
  await one.close();
});
