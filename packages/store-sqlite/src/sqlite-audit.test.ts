import { sampleLine } from "@hub/core/testing";
import { afterEach, expect, test } from "vitest";
import { checksumOf } from "./checksum.js";
import { Connection } from "./connection.js";
import { migrate } from "./migrations.js";
import { openConnection } from "./open-connection.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { SqliteStore } from "./sqlite-store.js";
import { newFolder } from "./test-process.js";

const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

const calls = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    sampleLine({ action: "call", outcome: "ok", subject: String(from + index) }),
  );

test("a file in which each call had a row keeps its audit", async () => {
  const file = `${newFolder()}/hub.db`;
  const old = new Connection(file);
  migrate(old, 12);
  const add = old.prepare("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const lines = Array.from({ length: 2_500 }, (_, index) =>
    index % 700 === 350
      ? sampleLine({ subject: String(index) })
      : sampleLine({ action: "call", outcome: "ok", subject: String(index) }),
  );
  for (const [index, { at, action, outcome, who, serverId = null, ...rest }] of lines.entries()) {
    const seq = index + 1;
    const text = JSON.stringify({ at, action, outcome, who, serverId, ...rest });
    const isDamaged = index === 1_000;
    const checksum = checksumOf(String(seq), isDamaged ? "another" : text);
    const isCall = action === "call" ? 1 : 0;
    add.run([seq, at, action, outcome, who.id, null, serverId, isCall, text, checksum]);
  }
  old.close();
  const store = await openSqliteStore({ file });
  opened.push(store);
  await store.audit.append([sampleLine({ subject: "new" })]);
  const rows = await store.audit.page({ limit: 5_000 });
  const expected = lines.flatMap(({ subject }, index) => (index === 1_000 ? [] : [subject]));
  expect(rows.map(({ subject }) => subject)).toEqual([...expected, "new"].reverse());
  expect(rows.map(({ seq }) => seq)).toEqual(
    [...lines.flatMap((_, index) => (index === 1_000 ? [] : [index + 1])), 2_501].reverse(),
  );
});

test("what follows calls is synced again, also when the calls could not be written", async () => {
  const file = `${newFolder()}/hub.db`;
  const connection = openConnection(file);
  if (connection === undefined) throw new Error("locked");
  const store = new SqliteStore({ file, connection, onClosed: () => {} });
  opened.push(store);
  const level = () => connection.value("PRAGMA synchronous");
  await store.audit.appendCalls(calls(0, 1_000));
  expect(level()).toBe(2);
  const pages = Number(connection.value("PRAGMA page_count"));
  connection.exec(`PRAGMA max_page_count = ${pages}`);
  await expect(store.audit.appendCalls(calls(1_000, 5_000))).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
  });
  expect(level()).toBe(2);
  connection.exec("PRAGMA max_page_count = 1000000");
  await store.audit.appendCalls(calls(6_000, 1));
  const rows = await store.audit.page({ limit: 2 });
  expect(rows.map(({ subject, seq }) => [subject, seq])).toEqual([
    ["6000", 1_001],
    ["999", 1_000],
  ]);
});

test("a line that comes while calls are read is for the next one who asks", async () => {
  const file = `${newFolder()}/hub.db`;
  const store = await openSqliteStore({ file });
  opened.push(store);
  await store.audit.appendCalls(calls(0, 5_000));
  const reading = store.audit.page({ limit: 5_000 });
  await store.audit.append([sampleLine({ subject: "meanwhile" })]);
  await store.audit.appendCalls(calls(5_000, 1));
  expect((await reading).map(({ subject }) => subject)).toEqual(
    Array.from({ length: 5_000 }, (_, index) => String(4_999 - index)),
  );
  const next = await store.audit.page({ limit: 2 });
  expect(next.map(({ subject }) => subject)).toEqual(["5000", "meanwhile"]);
});
