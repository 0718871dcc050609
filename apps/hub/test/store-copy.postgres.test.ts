import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { creating, sampleLine } from "@hub/core/testing";
import { openPostgresArchive, openPostgresStore } from "@hub/store-postgres";
import { openSqliteArchive, openSqliteStore } from "@hub/store-sqlite";
import { Postgres } from "@hub/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyRows } from "../src/store-copy/copy-rows.js";
import { deeds, everything, rowsOf } from "./support/filled-store.js";
import { runInProcess } from "./support/in-process.js";

let postgres: Postgres;
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-copy-"));
let folders = 0;

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(async () => {
  await postgres.close();
  rmSync(folder, { recursive: true, force: true });
});

function newDataDir(): string {
  folders += 1;
  return join(folder, String(folders));
}

/** A data directory of a hub with which these things were done. */
async function dataDirWith(done: typeof everything): Promise<string> {
  const dataDir = newDataDir();
  const store = await openSqliteStore({ file: join(dataDir, "hub.db") });
  for (const deed of done) await deed(store);
  await store.close();
  return dataDir;
}

test("what was put into the file comes back equal by way of Postgres, whatever it was", async () => {
  await fc.assert(
    fc.asyncProperty(deeds, async (done) => {
      const from = await openSqliteArchive({ file: join(await dataDirWith(done), "hub.db") });
      const between = await openPostgresArchive(await postgres.newDatabase());
      const to = await openSqliteArchive({ file: join(newDataDir(), "hub.db") });
      await copyRows(from, between);
      await copyRows(between, to);
      const kept = await rowsOf(from);
      expect(await rowsOf(between)).toEqual(kept);
      expect(await rowsOf(to)).toEqual(kept);
      for (const one of [from, between, to]) await one.close();
    }),
    { numRuns: 25 },
  );
});

test("a hub goes on from a copy where the other one stopped: in Postgres, and in the file again", async () => {
  const dataDir = await dataDirWith(everything);
  const url = await postgres.newDatabase();
  const back = newDataDir();
  const there = await runInProcess(["copy", dataDir, url, "--json"]);
  expect(there).toMatchObject({ code: 0, err: "" });
  const counts = {
    entry: 2,
    snapshot: 1,
    event: 3,
    change: 1,
    toolset: 1,
    session: 2,
    "sign-in": 1,
    token: 1,
    credential: 1,
    audit: 2,
    series: 2,
  };
  expect(JSON.parse(there.out).rows).toEqual(counts);
  const hub = await openPostgresStore({ url });
  expect(await hub.commit(creating("c"))).toMatchObject({ ok: true, seqs: [4] });
  await hub.audit.append([sampleLine({ subject: "later" })]);
  const [, copied] = await hub.audit.page({ limit: 2 });
  expect(copied).toMatchObject({
    seq: 3,
    who: { id: "command-line" },
    action: "copy",
    subject: join(dataDir, "hub.db"),
    after: { rows: counts },
  });
  expect((await hub.audit.page({ limit: 1 })).map(({ seq }) => seq)).toEqual([4]);
  expect((await hub.changes("a", { limit: 5 })).changes).toHaveLength(1);
  const ids = (await hub.sessions.load()).map(({ key }) => key);
  expect(ids).toEqual(["k2", "k1"]);
  await hub.close();
  const again = await runInProcess(["copy", url, back, "--json"]);
  expect(JSON.parse(again.out).rows).toEqual({ ...counts, entry: 3, event: 4, audit: 4 });
  const file = await openSqliteStore({ file: join(back, "hub.db") });
  expect(await file.commit(creating("d"))).toMatchObject({ ok: true, seqs: [5] });
  await file.audit.append([sampleLine({ subject: "last" })]);
  const [line, before] = await file.audit.page({ limit: 2 });
  expect([line?.seq, before?.seq, before?.action]).toEqual([6, 5, "copy"]);
  expect(before?.subject).toMatch(/^postgres:/);
  await file.close();
});

test("a target that holds anything, and a hub on either side, are refused; nothing is changed", async () => {
  const dataDir = await dataDirWith(everything);
  const full = await dataDirWith(everything.slice(0, 1));
  const url = await postgres.newDatabase();
  const refused = async (from: string, to: string, text: RegExp) => {
    const ran = await runInProcess(["copy", from, to]);
    expect([ran.code, ran.out]).toEqual([1, ""]);
    expect(ran.err).toMatch(text);
  };
  await refused(dataDir, full, /holds something already/);
  const running = await openSqliteStore({ file: join(dataDir, "hub.db") });
  await refused(dataDir, url, /uses .*hub\.db\. Stop it/);
  await running.close();
  const shared = await openPostgresStore({ url });
  await refused(dataDir, url, /A hub runs on postgres:.* Stop every hub/);
  await refused(url, newDataDir(), /Stop every hub/);
  await shared.commit(creating("a"));
  await shared.close();
  await refused(dataDir, url, /holds something already/);
  await refused(newDataDir(), await postgres.newDatabase(), /no hub\.db/);
  await refused(dataDir, "postgres://hub@127.0.0.1:1/none", /nothing listens/);
  const copied = await runInProcess(["copy", url, newDataDir(), "--json"]);
  expect(JSON.parse(copied.out).rows).toMatchObject({ entry: 1, event: 1, toolset: 0 });
});

test("while a database is copied, no hub starts on it", async () => {
  const url = await postgres.newDatabase();
  const archive = await openPostgresArchive(url);
  await expect(openPostgresStore({ url })).rejects.toThrow(/mcp-hub copy/);
  await archive.close();
  await (await openPostgresStore({ url })).close();
});

test("migrate brings a database up to date once, and says what it would do", async () => {
  const url = await postgres.newDatabase();
  const migrate = async (...words: readonly string[]) => {
    const environment = { DATABASE_URL: url };
    const ran = await runInProcess(["migrate", ...words, "--json"], { environment });
    return { code: ran.code, ...JSON.parse(ran.out) };
  };
  const { to } = await migrate("--check");
  expect(await migrate("--check")).toMatchObject({ code: 1, from: 0, isCurrent: false });
  expect(await migrate()).toMatchObject({ code: 0, from: 0, to });
  expect(await migrate()).toMatchObject({ code: 0, from: to, to, isCurrent: true });
  expect(await migrate("--check")).toMatchObject({ code: 0, isCurrent: true });
  await postgres.sql(new URL(url).pathname.slice(1), "INSERT INTO hub_schema VALUES (999)");
  const newer = await runInProcess(["migrate"], { environment: { DATABASE_URL: url } });
  expect(newer).toMatchObject({ code: 1, err: expect.stringMatching(/newer MCP Hub/) });
});
