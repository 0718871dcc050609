import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Connection } from "./connection.js";
import { schemaVersion } from "./migrations.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { bringing, copyTo, entry, flip, picture, refusalOf } from "./test-files.js";
import { compileStore, newFolder, startProcess } from "./test-process.js";

const root = newFolder();
let store: ReturnType<typeof compileStore>;
/** A database that was closed, with two entries. */
let closed = "";
/** One whose writer was killed: forty commits are in its write-ahead log only. */
let killed = "";

beforeAll(async () => {
  store = compileStore();
  closed = join(root, "closed", "hub.db");
  const open = await openSqliteStore({ file: closed });
  await open.commit(bringing(entry("a"), entry("b")));
  await open.close();
  killed = join(root, "killed", "hub.db");
  const writer = startProcess(
    store.url,
    killed,
    `const store = await openSqliteStore({ file });
     for (let n = 0; n < 40; n++)
       await store.commit({ removed: [], snapshots: [], entries: [{ basedOn: undefined,
         record: { id: "s" + n, version: 1, text: "x".repeat(n * 50) } }],
         events: [{ event: { kind: "forgotten", serverId: "s" + n, name: "", at: 1, reason: "removed" } }] });
     say("written"); setInterval(() => {}, 1000);`,
  );
  expect(await writer.next()).toBe("written");
  await writer.kill();
});

afterAll(() => {
  store.remove();
  fs.rmSync(root, { recursive: true, force: true });
});

let copies = 0;
/** A copy to break. */
function copyOf(file: string): string {
  copies += 1;
  return copyTo(join(root, `copy${copies}`), file);
}

/** Opens what must be refused, checks that nothing at all has changed, and returns the sentence. */
async function refusedUntouched(file: string): Promise<string> {
  const before = picture(file);
  const error = await refusalOf(file);
  expect(picture(file)).toEqual(before);
  expect(error.code).toBe("STORE_UNAVAILABLE");
  return error.message;
}

function change(file: string, sql: string): void {
  const connection = new Connection(file);
  connection.exec(sql);
  connection.close();
}

describe("refusing a file, without touching it", () => {
  test("a good file is opened: with its log, and without", async () => {
    const good = await openSqliteStore({ file: copyOf(killed) });
    expect((await good.load()).entries).toHaveLength(40);
    expect((await good.load()).lastSeq).toBe(40);
    await good.close();
    const other = await openSqliteStore({ file: copyOf(closed) });
    expect((await other.load()).entries).toHaveLength(2);
    await other.close();
  });

  test("a file that is no database", async () => {
    for (const content of ["hello", "no database ".repeat(10_000), "\0".repeat(8_192)]) {
      const file = join(root, `text${content.length}`, "hub.db");
      fs.mkdirSync(dirname(file));
      fs.writeFileSync(file, content);
      expect(await refusedUntouched(file)).toContain("is not an SQLite file");
    }
  });

  test("the database of another program", async () => {
    const file = join(root, "other", "hub.db");
    fs.mkdirSync(dirname(file));
    change(file, "CREATE TABLE notes (text); PRAGMA user_version = 3");
    expect(await refusedUntouched(file)).toContain("another program");
  });

  test("a newer schema", async () => {
    const file = copyOf(closed);
    change(file, `PRAGMA user_version = ${schemaVersion + 1}`);
    expect(await refusedUntouched(file)).toContain(
      `written by a newer hub (schema ${schemaVersion + 1}, this hub knows ${schemaVersion})`,
    );
  });

  test("a newer schema that is only in the write-ahead log, beside a -shm file", async () => {
    const source = copyOf(killed);
    const connection = new Connection(source);
    const newer = schemaVersion + 1;
    connection.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = ${newer}`);
    // Copied while it is open: this is what `kill -9` leaves.
    const file = copyOf(source);
    connection.close();
    expect(fs.statSync(`${file}-wal`).size).toBeGreaterThan(100_000);
    expect(fs.existsSync(`${file}-shm`)).toBe(true);
    expect(fs.readFileSync(file).readUInt32BE(60)).not.toBe(newer);
    expect(await refusedUntouched(file)).toContain(`schema ${newer}`);
  });

  test("a -shm file is worth nothing: missing, stale or garbage, the state is the same", async () => {
    for (const content of [undefined, "", "\xff".repeat(40_000)]) {
      const file = copyOf(killed);
      if (content !== undefined) fs.writeFileSync(`${file}-shm`, content);
      const good = await openSqliteStore({ file });
      expect((await good.load()).entries).toHaveLength(40);
      await good.close();
    }
  });

  test("a file that was cut short, or emptied", async () => {
    const cut = copyOf(closed);
    fs.truncateSync(cut, fs.statSync(cut).size - 4_096);
    expect(await refusedUntouched(cut)).toContain("is damaged");
    const emptied = copyOf(killed);
    fs.truncateSync(emptied, 0);
    expect(await refusedUntouched(emptied)).toContain("is empty, but");
    fs.rmSync(emptied);
    expect(await refusedUntouched(emptied)).toContain("is missing, but");
  });

  test("a table that is missing or was changed", async () => {
    for (const sql of [
      "DROP TABLE changes",
      "ALTER TABLE entries ADD COLUMN more TEXT",
      "DROP INDEX journal_by_server",
    ]) {
      const file = copyOf(closed);
      change(file, sql);
      expect(await refusedUntouched(file)).toContain("its schema has no proper");
    }
  });

  test("a flipped byte anywhere in the file is refused, or changes nothing that is listed", async () => {
    const good = await openSqliteStore({ file: copyOf(closed) });
    const before = await good.load();
    await good.close();
    const size = fs.statSync(closed).size;
    let refused = 0;
    for (let offset = 0; offset < size; offset += offset < 110 ? 3 : 701) {
      const file = copyOf(closed);
      flip(file, offset);
      const untouched = picture(file);
      const opened = await openSqliteStore({ file }).catch(() => undefined);
      if (opened === undefined) {
        refused += 1;
        expect(picture(file), `byte ${offset}`).toEqual(untouched);
        continue;
      }
      expect(await opened.load(), `byte ${offset}`).toEqual(before);
      await opened.close();
      fs.rmSync(dirname(file), { recursive: true });
    }
    expect(refused).toBeGreaterThan(10);
  });

  test("a flipped byte in the write-ahead log never hides a write that was followed by another", async () => {
    const size = fs.statSync(`${killed}-wal`).size;
    let refused = 0;
    for (let offset = 0; offset < size; offset += offset < 64 ? 3 : 9_001) {
      const file = copyOf(killed);
      flip(`${file}-wal`, offset);
      const untouched = picture(file);
      const opened = await openSqliteStore({ file }).catch(() => undefined);
      if (opened === undefined) {
        refused += 1;
        expect(picture(file), `byte ${offset}`).toEqual(untouched);
        continue;
      }
      // Only the very last write cannot be told from one that was never completed.
      expect((await opened.load()).entries.length, `byte ${offset}`).toBeGreaterThanOrEqual(39);
      await opened.close();
    }
    expect(refused).toBeGreaterThan(20);
  });

  test("a write that was cut off by a power loss is left out, and told", async () => {
    const file = copyOf(killed);
    fs.truncateSync(`${file}-wal`, fs.statSync(`${file}-wal`).size - 100);
    const warnings: unknown[] = [];
    const log = { info: () => {}, warn: (event: string) => warnings.push(event) };
    const good = await openSqliteStore({ file, log });
    expect((await good.load()).entries).toHaveLength(39);
    expect(warnings).toEqual(["store-tail-dropped"]);
    await good.close();
  });

  test("a place that cannot hold it", async () => {
    const folder = join(root, "is-a-folder", "hub.db");
    fs.mkdirSync(folder, { recursive: true });
    expect(await refusedUntouched(folder)).toContain("is not a regular file");
    const file = join(root, "plain");
    fs.writeFileSync(file, "");
    for (const below of [file, join(file, "data"), join(file, "more", "data")])
      expect((await refusalOf(join(below, "hub.db"))).message).toContain(
        `below ${file}: that is no directory`,
      );
  });

  test("a folder that cannot be made is said at once, with the part that is in the way", async () => {
    const nowhere = join(root, "nowhere");
    fs.symlinkSync(join(root, "missing"), nowhere);
    const loop = join(root, "loop");
    fs.symlinkSync(loop, loop);
    const long = join(root, "x".repeat(300));
    const places = [
      [nowhere, `make the directory ${nowhere}`],
      [join(nowhere, "data"), `make the directory ${nowhere}`],
      [loop, "leads back to itself"],
      [long, "too long"],
      ...(process.platform === "linux"
        ? [
            ["/proc/hub", "make the directory /proc/hub"],
            ["/proc/hub/data/more", "make the directory /proc/hub"],
            ["/proc/self/data", "make the directory /proc/self/data"],
            ["/sys/hub", "make the directory /sys/hub"],
            ["/dev/null/data", "below /dev/null"],
            ["/proc", "cannot use /proc"],
          ]
        : []),
    ] as const;
    for (const [folder = "", words = ""] of places) {
      const { code, message } = await refusalOf(join(folder, "hub.db"));
      expect([folder, code]).toEqual([folder, "STORE_UNAVAILABLE"]);
      expect(message).toContain(words);
      expect(message).toContain("MCP_HUB_DATA_DIR");
    }
  });

  test("a folder is made with everything above it, and for its owner alone", async () => {
    const file = join(root, "made", "for", "it", "hub.db");
    await (await openSqliteStore({ file })).close();
    if (process.platform !== "win32")
      for (const folder of [dirname(file), join(root, "made")])
        expect(fs.statSync(folder).mode & 0o777).toBe(0o700);
  });
});

describe("refusing a place the user may not write", () => {
  const nobody = 65_534;
  const say = `const store = await openSqliteStore({ file }); say({ opened: true }); await store.close();`;

  async function asNobody(file: string): Promise<unknown> {
    const options = process.getuid?.() === 0 ? { uid: nobody } : {};
    const other = startProcess(store.url, file, say, options);
    try {
      return await other.next();
    } finally {
      await other.kill();
    }
  }

  test("a folder without the right to write, and a file that is read-only", async () => {
    const file = copyOf(killed);
    fs.chmodSync(dirname(file), 0o555);
    const before = picture(file);
    expect(await asNobody(file)).toMatchObject({
      error: "STORE_UNAVAILABLE",
      message: expect.stringContaining("may not write there"),
    });
    expect(picture(file)).toEqual(before);
    fs.chmodSync(dirname(file), 0o777);
    fs.chmodSync(file, 0o444);
    expect(await asNobody(file)).toMatchObject({
      error: "STORE_UNAVAILABLE",
      message: expect.stringContaining(`cannot use ${file}`),
    });
    expect(picture(file)).toEqual(before);
  });

  test("a folder that cannot be made", async () => {
    fs.chmodSync(root, 0o755);
    const locked = join(root, "locked");
    fs.mkdirSync(locked, { mode: 0o555 });
    expect(await asNobody(join(locked, "data", "hub.db"))).toMatchObject({
      error: "STORE_UNAVAILABLE",
      message: expect.stringContaining(`make the directory ${join(locked, "data")}`),
    });
  });
});
