import { Postgres } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresStore } from "./open-postgres-store.js";

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

test("what another hub wrote or removed, and this one has not read, is not written over", async () => {
  const url = await postgres.newDatabase();
  const [one, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const write = (store: typeof one, sealed: string, known: string | null, wasStored = true) => {
    const row = { key: "a", peer: "127.0.0.1", isUsed: false, sealed, known, wasStored };
    return store.sessions.write({ put: [row], removed: [] });
  };
  expect(await write(one, "first", null, false)).toEqual([]);
  expect(await write(one, "second", null)).toEqual([]);
  expect(await write(other, "unread", null)).toEqual(["a"]);
  const found = await other.sessions.find("a");
  expect(found).toMatchObject({ key: "a", bytes: 6, isOwn: false });
  expect(await write(other, "third", found?.mark ?? null)).toEqual([]);
  expect(await write(one, "unread", null)).toEqual(["a"]);
  expect((await one.sessions.read("a"))?.sealed).toBe("third");
  await other.sessions.write({ put: [], removed: ["a"] });
  expect(await write(one, "ended", null)).toEqual(["a"]);
  expect(await one.sessions.find("a")).toBeUndefined();
  // One that begins has not been there before.
  expect(await write(one, "anew", null, false)).toEqual([]);
  await one.close();
  await other.close();
});

test("of sessions that are idle for long, one hub alone removes each, and none that another hub uses or may use", async () => {
  const url = await postgres.newDatabase();
  const [one, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const row = { peer: "127.0.0.1", isUsed: true, sealed: "sealed", known: null };
  const keys = ["a", "b", "c"];
  await one.sessions.write({ put: keys.map((key) => ({ ...row, key })), removed: [] });
  expect(await one.sessions.removeIdle(keys, 60_000)).toEqual([]);
  const age = () =>
    postgres.sql(
      url.slice(url.lastIndexOf("/") + 1),
      "UPDATE sessions SET used_at = used_at - interval '2 minutes'",
    );
  await age();
  await other.sessions.keep(["b"], 600_000);
  const removed = await Promise.all(
    [one, other].map(({ sessions }) => sessions.removeIdle(["a", "b"], 60_000)),
  );
  const { known: _, ...kept } = { ...row, key: "a" };
  expect(removed.flat()).toEqual([kept]);
  expect(await one.sessions.find("a")).toBeUndefined();
  // Whoever did not ask for one did not have it.
  for (const key of ["b", "c"]) expect(await one.sessions.find(key)).toBeDefined();
  // While a hub may not have said yet what it uses, nothing is forgotten.
  await age();
  await one.sessions.keep(["b"]);
  expect(await one.sessions.find("c")).toBeDefined();
  await one.sessions.keep([], 60_000);
  expect(await one.sessions.find("c")).toBeUndefined();
  expect(await one.sessions.find("b")).toBeDefined();
  await one.close();
  await other.close();
});

test("of the rows that say whose the sessions of servers are, those of a peer stay that any hub used last", async () => {
  const url = await postgres.newDatabase();
  const [one, other] = [await openPostgresStore({ url }), await openPostgresStore({ url })];
  const row = { isUsed: true, sealed: "" };
  for (const key of ["a", "b", "c", "d"])
    await one.sessions.write({ put: [{ ...row, key, peer: "anna" }], removed: [] });
  const others = [
    { ...row, key: "of-bert", peer: "bert" },
    { ...row, key: "own", peer: "anna", sealed: "sealed" },
  ];
  await one.sessions.write({ put: others, removed: [] });
  await other.sessions.keep(["a"]);
  await one.sessions.keepNewest("anna", 2);
  const left = (await one.sessions.load()).map(({ key }) => key);
  expect(left.toSorted()).toEqual(["a", "d", "of-bert", "own"]);
  await one.close();
  await other.close();
});

test("hubs that write, keep and remove the same sessions at once never wait for each other in a circle", async () => {
  const url = await postgres.newDatabase();
  const hubs = [await openPostgresStore({ url }), await openPostgresStore({ url })] as const;
  const keys = Array.from({ length: 400 }, (_, at) => `key ${at}`);
  const rows = (of: readonly string[]) => of.map((key) => ({ ...row, key }));
  const row = { peer: "127.0.0.1", isUsed: true, sealed: "sealed", known: null };
  // They lie in the table in another order than that of their keys.
  await hubs[0].sessions.write({ put: rows(keys.toReversed()), removed: [] });
  for (let round = 0; round < 20; round += 1)
    await Promise.all(
      hubs.flatMap(({ sessions }) => [
        sessions.write({ put: rows(keys), removed: [] }),
        sessions.keep(keys.toReversed(), 600_000),
        sessions.removeIdle(keys, 600_000),
        sessions.keepNewest("127.0.0.1", 1_000),
      ]),
    );
  for (const { sessions } of hubs) expect(await sessions.load()).toHaveLength(keys.length);
  for (const hub of hubs) await hub.close();
});
