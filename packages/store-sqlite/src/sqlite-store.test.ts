import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BudgetBook, HubStore } from "@hub/core";
import { describeHubStore } from "@hub/core/testing";
import { afterEach, describe, expect, test } from "vitest";
import { Connection } from "./connection.js";
import { migrate, schemaVersion } from "./migrations.js";
import { openConnection } from "./open-connection.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { SqliteStore, type StoreLog } from "./sqlite-store.js";
import { bringing, entry } from "./test-files.js";
import { newFolder } from "./test-process.js";

const files = new WeakMap<HubStore, string>();
const opened: HubStore[] = [];
const folders: string[] = [];

async function openAt(file: string, budgets?: BudgetBook): Promise<HubStore> {
  const store = await openSqliteStore({ file, budgets });
  files.set(store, file);
  opened.push(store);
  return store;
}

function newFile(): string {
  const folder = newFolder();
  folders.push(folder);
  return join(folder, "hub.db");
}

/** A store whose connection the test can reach, to take room away or to look. */
function openBare(file: string, log?: StoreLog) {
  fs.writeFileSync(file, "");
  const connection = openConnection(file);
  if (connection === undefined) throw new Error("locked");
  const store = new SqliteStore({ file, connection, log, onClosed: () => {} });
  opened.push(store);
  return { store, connection };
}

function recordingLog(): { log: StoreLog; events: unknown[] } {
  const events: unknown[] = [];
  const note = (event: string) => {
    events.push(event);
  };
  return { events, log: { info: note, warn: note } };
}

const newest = { order: "newest-first", limit: 1_000 } as const;

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

describeHubStore("SQLite", (budgets) => openAt(newFile(), budgets), {
  reopen: async (store) => {
    await store.close();
    return openAt(files.get(store) ?? "");
  },
});

describe("SQLite store", () => {
  test("every commit is synced, and one process has the file", () => {
    const { connection } = openBare(newFile());
    const pragma = (name: string) => connection.value(`PRAGMA ${name}`);
    expect(pragma("journal_mode")).toBe("wal");
    expect(pragma("synchronous")).toBe(2); // FULL
    expect(pragma("locking_mode")).toBe("exclusive");
    expect(pragma("foreign_keys")).toBe(1);
    expect(pragma("fullfsync")).toBe(1);
    expect(pragma("user_version")).toBe(schemaVersion);
    expect(pragma("application_id")).toBe(0x4d435048);
  });

  test("a file from before servers could be edited keeps its catalogue, and is closed to hubs that would lose edits", async () => {
    const current = newFile();
    const store = await openAt(current);
    await store.commit(bringing(entry("a")));
    const before = await store.load();
    await store.close();
    const file = newFile();
    const old = new Connection(file);
    migrate(old, 6);
    old.exec(`ATTACH '${current}' AS current`);
    for (const table of ["entries", "journal"])
      old.exec(`INSERT INTO ${table} SELECT * FROM current.${table}`);
    old.exec("DETACH current");
    old.close();
    const next = await openAt(file);
    expect(await next.load()).toEqual(before);
    const record = { ...entry("a", 2), edits: { hidden: true } };
    await next.commit({
      entries: [{ record, basedOn: 1 }],
      removed: [],
      snapshots: [],
      events: [],
    });
    await next.close();
    const raised = new Connection(file);
    expect(raised.value("PRAGMA user_version")).toBeGreaterThan(6);
    raised.close();
    expect((await (await openAt(file)).load()).entries).toEqual([record]);
  });

  test("only its owner may read the file and a folder it makes", async () => {
    const file = join(dirname(newFile()), "deep", "er", "hub.db");
    await (await openAt(file)).commit(bringing(entry("a")));
    const rights = (path: string) => fs.statSync(path).mode & 0o777;
    expect(rights(file)).toBe(0o600);
    expect(rights(`${file}-wal`)).toBe(0o600);
    expect(rights(dirname(file))).toBe(0o700);
  });

  test("closing leaves one file, and nothing can be stored any more", async () => {
    const file = newFile();
    const store = await openAt(file);
    await store.commit(bringing(entry("a")));
    await store.close();
    await store.close();
    expect(fs.readdirSync(dirname(file))).toEqual([basename(file)]);
    await expect(store.commit(bringing(entry("b")))).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    expect((await (await openAt(file)).load()).entries.map(({ id }) => id)).toEqual(["a"]);
  });

  test("odd characters in the path are part of it", async () => {
    const file = join(dirname(newFile()), "a b?mode=memory#c%41'é", "hub.db");
    await (await openAt(file)).close();
    await (await openAt(file)).commit(bringing(entry("a")));
    expect(fs.readdirSync(dirname(file))).toContain("hub.db-wal");
  });

  test("a link to the file is the file", async () => {
    const file = newFile();
    await (await openAt(file)).close();
    fs.symlinkSync(file, `${file}.link`);
    const store = await openAt(`${file}.link`);
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await store.close();
  });

  test("trimming a long journal lets other work go on in between", async () => {
    const store = await openAt(newFile());
    const ids = Array.from({ length: 5_000 }, (_, index) => `s${index}`);
    await store.commit({ ...bringing(...ids.map((id) => entry(id))), entries: [] });
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 0);
    await store.trimJournal(10);
    clearInterval(ticking);
    expect(await store.journal(newest)).toHaveLength(10);
    expect(turns).toBeGreaterThan(2);
  });

  test("a row the disk has changed is left out, and told once a read", async () => {
    const { log, events } = recordingLog();
    const { store, connection } = openBare(newFile(), log);
    await store.commit(bringing(entry("a"), entry("b")));
    connection.exec(
      "UPDATE journal SET event = replace(event, 'forgotten', 'forgotteN') WHERE seq = 1",
    );
    expect((await store.journal(newest)).map(({ seq }) => seq)).toEqual([2]);
    expect(events).toEqual(["store-rows-damaged"]);
  });

  test("without room nothing is half stored, reads go on, and room is all it needs", async () => {
    const { log, events } = recordingLog();
    const { store, connection } = openBare(newFile(), log);
    await store.commit(bringing(entry("a")));
    const before = [await store.load(), await store.journal(newest)];
    connection.exec(`PRAGMA max_page_count = ${connection.value("PRAGMA page_count")}`);
    const large = bringing(entry("b"), entry("c", 1, "x".repeat(200_000)));
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(store.commit(large)).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        retryAfterMs: 5_000,
        message: expect.stringContaining("disk is full"),
      });
    }
    expect([await store.load(), await store.journal(newest)]).toEqual(before);
    connection.exec("PRAGMA max_page_count = 1000000");
    expect(await store.commit(large)).toEqual({ ok: true, seqs: [2, 3] });
    expect(events.filter((event) => event === "store-failing")).toHaveLength(1);
    expect(events).toContain("store-recovered");
  });

  test("a file that is moved away under a running hub takes no more writes", async () => {
    for (const suffix of ["", "-wal"]) {
      const file = newFile();
      const store = await openAt(file);
      await store.commit(bringing(entry("a")));
      fs.renameSync(file + suffix, `${file}${suffix}.away`);
      await expect(store.commit(bringing(entry("b")))).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
        message: expect.stringContaining("moved or deleted"),
      });
      fs.renameSync(`${file}${suffix}.away`, file + suffix);
      expect(await store.commit(bringing(entry("b")))).toMatchObject({ ok: true });
      await store.close();
    }
  });

  test("a value that cannot be written as JSON fails that commit only, as the mistake it is", async () => {
    const store = await openAt(newFile());
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const broken = { ...entry("b"), profile: circular };
    await expect(store.commit(bringing(entry("a"), broken))).rejects.toBeInstanceOf(TypeError);
    expect((await store.load()).entries).toEqual([]);
    expect(await store.commit(bringing(entry("a")))).toEqual({ ok: true, seqs: [1] });
  });
});
