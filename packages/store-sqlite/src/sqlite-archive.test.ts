import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArchiveRow, AuditRecord } from "@hub/core/storage";
import { creating } from "@hub/core/testing";
import { afterAll, expect, test } from "vitest";
import { archiveTables, ownTables } from "./archive-tables.js";
import { Connection } from "./connection.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { openSqliteArchive } from "./sqlite-archive.js";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-archive-"));
let files = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newFile(): string {
  files += 1;
  return join(folder, String(files), "hub.db");
}

async function filled(): Promise<string> {
  const file = newFile();
  const store = await openSqliteStore({ file });
  await store.commit(creating("a"));
  await store.close();
  return file;
}

async function all(rows: AsyncIterable<ArchiveRow>): Promise<readonly ArchiveRow[]> {
  const found: ArchiveRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

test("a row that the disk has changed is no row to copy", async () => {
  const file = await filled();
  const connection = new Connection(file);
  connection.exec("UPDATE journal SET event = replace(event, 'Server a', 'Server x')");
  connection.close();
  const archive = await openSqliteArchive({ file });
  await expect(all(archive.rows())).rejects.toThrow(
    'journal under "1 a registered" does not match its checksum',
  );
  await archive.close();
});

test("what breaks off in the middle leaves an empty file, and one that is full stays as it is", async () => {
  const from = await openSqliteArchive({ file: await filled() });
  const file = newFile();
  const to = await openSqliteArchive({ file });
  async function* broken() {
    for await (const row of from.rows()) {
      yield row;
      if (row.kind === "event") throw new Error("The source is gone.");
    }
  }
  await expect(to.fill(broken())).rejects.toThrow("The source is gone.");
  expect(await all(to.rows())).toEqual([{ kind: "journal", value: { lastSeq: 0 } }]);
  await to.fill(from.rows());
  await expect(to.fill(from.rows())).rejects.toThrow("holds something already");
  expect(await all(to.rows())).toEqual(await all(from.rows()));
  await to.close();
  await from.close();
  const store = await openSqliteStore({ file });
  expect((await store.load()).entries.map(({ id }) => id)).toEqual(["a"]);
  await store.close();
});

test("lines and calls of the audit are copied in their order, and calls share rows again", async () => {
  const file = newFile();
  const store = await openSqliteStore({ file });
  const who = { kind: "token", id: "token:t", name: "Ada" } as const;
  const callOf = (subject: number): AuditRecord => ({
    ...{ at: subject, action: "call", outcome: "done", serverId: "a" },
    ...{ subject: `tool ${subject % 3}`, who, method: "tools/call", durationMs: subject },
  });
  for (const [from, count] of [
    [1, 1_700],
    [1_701, 3],
    [1_704, 300],
  ] as const) {
    const calls = Array.from({ length: count }, (_, index) => callOf(from + index));
    await store.audit.appendCalls(calls);
    await store.audit.append([{ at: from, action: "admit", outcome: "done", who, serverId: "a" }]);
  }
  await store.close();
  const from = await openSqliteArchive({ file });
  const copy = newFile();
  const to = await openSqliteArchive({ file: copy });
  await to.fill(from.rows());
  const seen = await all(from.rows());
  const seqs = seen.flatMap((row) => (row.kind === "audit" ? [row.value.seq] : []));
  expect(seqs).toEqual(Array.from({ length: 2_006 }, (_, index) => index + 1));
  expect(await all(to.rows())).toEqual(seen);
  await to.close();
  await from.close();
  const bytesIn = (name: string) => {
    const connection = new Connection(name);
    const bytes = connection.value("SELECT sum(octet_length(calls)) FROM audit_calls");
    connection.close();
    return Number(bytes);
  };
  expect(bytesIn(copy)).toBeLessThan(1.2 * bytesIn(file));
});

test("every table of the file is copied, or is said to be its own business", async () => {
  const connection = new Connection(await filled());
  const found = connection
    .prepare<{ readonly name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all([]);
  connection.close();
  const copied = Object.values(archiveTables).flatMap(({ names }) => names);
  expect([...copied, ...ownTables].sort()).toEqual(found.map(({ name }) => name).sort());
});
