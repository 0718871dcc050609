import { Postgres } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archiveTables, ownTables } from "./archive-tables.js";
import { openPostgresStore } from "./open-postgres-store.js";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

test("every table of the database is copied, or is said to be its own business", async () => {
  const url = await postgres.newDatabase();
  await (await openPostgresStore({ url })).close();
  const names = await postgres.sql(
    new URL(url).pathname.slice(1),
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const copied = Object.values(archiveTables).map(({ name }) => name);
  expect([...copied, ...ownTables].sort()).toEqual(names.split("\n").sort());
});
