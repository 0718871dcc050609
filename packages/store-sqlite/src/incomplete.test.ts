import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Connection } from "./connection.js";
import { migrate } from "./migrations.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { acceptDataLoss } from "./refusals.js";
import { bringing, copyTo, entry, picture, refusalOf } from "./test-files.js";
import { compileStore, newFolder, startProcess } from "./test-process.js";

const root = newFolder();
let compiled: ReturnType<typeof compileStore>;
/** Of a hub that was killed: three entries, the newest in its write-ahead log only. */
let killed = "";
let copies = 0;

/** Runs the store in a process of its own and kills it after what `body` says. */
async function killAfter(file: string, body: string): Promise<void> {
  const writer = startProcess(
    compiled.url,
    file,
    `const store = await openSqliteStore({ file }); ${body}
     say("done"); setInterval(() => {}, 1000);`,
  );
  expect(await writer.next()).toBe("done");
  await writer.kill();
}

const adds = (...ids: readonly string[]) =>
  ids
    .map(
      (id) => `await store.commit({ removed: [], snapshots: [], events: [],
        entries: [{ basedOn: undefined, record: { id: "${id}", version: 1 } }] });`,
    )
    .join("\n");

/** A copy with everything that lies beside it, its owner as well. */
function copyOf(file: string): string {
  copies += 1;
  const copy = copyTo(join(root, `copy${copies}`), file);
  if (fs.existsSync(`${file}.owner.json`))
    fs.copyFileSync(`${file}.owner.json`, `${copy}.owner.json`);
  return copy;
}

async function idsIn(file: string, options: { readonly acceptDataLoss?: boolean } = {}) {
  const store = await openSqliteStore({ file, ...options });
  const { entries } = await store.load();
  await store.close();
  return entries.map(({ id }) => id);
}

/** Refused with a word on what may be lost and the option that goes on, and nothing has changed. */
async function refusedUntouched(file: string): Promise<void> {
  const before = picture(file);
  const error = await refusalOf(file);
  expect(picture(file)).toEqual(before);
  expect(error.message).toContain("may be lost");
  expect(error.message).toContain(acceptDataLoss);
  expect(error.details).toEqual({ acceptWith: acceptDataLoss });
}

beforeAll(async () => {
  compiled = compileStore();
  killed = join(root, "killed", "hub.db");
  await killAfter(killed, adds("a", "b", "c"));
});

afterAll(() => {
  compiled.remove();
  fs.rmSync(root, { recursive: true, force: true });
});

describe("a hub that was stopped", () => {
  test("leaves one file, and that file alone is the whole catalogue", async () => {
    const file = join(root, "stopped", "hub.db");
    const store = await openSqliteStore({ file });
    await store.commit(bringing(entry("a"), entry("b")));
    await store.close();
    expect(fs.readdirSync(dirname(file))).toEqual(["hub.db"]);
    fs.mkdirSync(join(root, "moved"));
    fs.copyFileSync(file, join(root, "moved", "hub.db"));
    expect(await idsIn(join(root, "moved", "hub.db"))).toEqual(["a", "b"]);
  });
});

describe("a hub that was killed", () => {
  test("leaves a folder that is whole", async () => {
    expect(await idsIn(copyOf(killed))).toEqual(["a", "b", "c"]);
  });

  test("has never an empty write-ahead log, however little it wrote and however often it was started", async () => {
    const file = join(root, "idle", "hub.db");
    for (let start = 0; start < 3; start += 1) {
      await killAfter(file, "");
      expect(fs.statSync(`${file}-wal`).size).toBeGreaterThan(0);
    }
    expect(await idsIn(file)).toEqual([]);
  });

  const changeLog = (file: string, change: (log: Buffer) => Buffer) =>
    fs.writeFileSync(`${file}-wal`, change(fs.readFileSync(`${file}-wal`)));
  test.each<readonly [string, (file: string) => void]>([
    ["missing", (file: string) => fs.rmSync(`${file}-wal`)],
    ...[0, 1, 31, 32, 33, 4_151].map(
      (length) =>
        [
          `cut to ${length} bytes`,
          (file: string) => fs.truncateSync(`${file}-wal`, length),
        ] as const,
    ),
    ["nothing but zeros", (file: string) => changeLog(file, (log) => log.fill(0))],
    ["only a header before zeros", (file: string) => changeLog(file, (log) => log.fill(0, 32))],
  ])(
    "is refused when its write-ahead log is %s, with its owner beside it and without",
    async (_, lose) => {
      for (const hasOwner of [true, false]) {
        const file = copyOf(killed);
        lose(file);
        if (!hasOwner) fs.rmSync(`${file}.owner.json`);
        await refusedUntouched(file);
      }
    },
  );

  test("is refused without its log also when it had been stopped in order many times before", async () => {
    const file = join(root, "often", "hub.db");
    for (const id of ["a", "b"]) {
      const store = await openSqliteStore({ file });
      await store.commit(bringing(entry(id)));
      await store.close();
    }
    await killAfter(file, adds("c"));
    fs.rmSync(`${file}-wal`);
    await refusedUntouched(file);
    expect(await idsIn(file, { acceptDataLoss: true })).toEqual(["a", "b"]);
    // Whoever accepted it is not asked again.
    expect(await idsIn(file)).toEqual(["a", "b"]);
  });

  test("of a version without the mark is refused as well", async () => {
    const file = join(root, "old", "hub.db");
    fs.mkdirSync(dirname(file));
    const connection = new Connection(file);
    connection.exec("PRAGMA journal_mode = WAL");
    migrate(connection, 2);
    connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const copy = copyOf(file);
    connection.close();
    fs.rmSync(`${copy}-wal`, { force: true });
    await refusedUntouched(copy);
    expect(await idsIn(copy, { acceptDataLoss: true })).toEqual([]);
  });
});

describe("a database that is empty or missing", () => {
  const journalOf = (pages: number) => {
    const header = Buffer.alloc(512);
    Buffer.from("d9d505f920a163d7", "hex").copy(header);
    header.writeUInt32BE(pages, 16);
    return header;
  };
  const losses: readonly (readonly [string, (file: string) => void])[] = [
    ["cut to nothing", (file) => fs.truncateSync(file)],
    ["deleted", (file) => fs.rmSync(file)],
  ];
  const traces: readonly (readonly [string, (file: string) => void])[] = [
    ["its write-ahead log and its owner", () => {}],
    ["its owner", (file) => fs.rmSync(`${file}-wal`)],
    [
      "an owner's file without content",
      (file) => {
        fs.truncateSync(`${file}-wal`);
        fs.truncateSync(`${file}.owner.json`);
      },
    ],
    ["its write-ahead log", (file) => fs.rmSync(`${file}.owner.json`)],
    [
      "a rollback journal",
      (file) => {
        for (const suffix of ["-wal", ".owner.json"]) fs.rmSync(file + suffix);
        fs.writeFileSync(`${file}-journal`, journalOf(12));
      },
    ],
    [
      "a journal that cannot be read",
      (file) => {
        for (const suffix of ["-wal", ".owner.json"]) fs.rmSync(file + suffix);
        fs.writeFileSync(`${file}-journal`, "journal");
      },
    ],
  ];

  for (const [loss, lose] of losses) {
    for (const [trace, leave] of traces) {
      test(`${loss} beside ${trace} is refused, and starts anew when that is accepted`, async () => {
        const file = copyOf(killed);
        lose(file);
        leave(file);
        const left = fs.readdirSync(dirname(file)).filter((name) => /-(wal|journal)$/.test(name));
        await refusedUntouched(file);
        const told: unknown[] = [];
        const log = { info: () => {}, warn: (event: string) => void told.push(event) };
        const store = await openSqliteStore({ file, log, acceptDataLoss: true });
        expect((await store.load()).entries).toEqual([]);
        await store.close();
        expect(told).toEqual(["data-loss-accepted"]);
        // Nothing is deleted: what could not be used has another name.
        const names = fs.readdirSync(dirname(file));
        for (const name of left)
          expect(names.some((one) => one.startsWith(`${name}.2`))).toBe(true);
      });
    }
  }

  test("without any trace is a new one, also after a first start that was cut short", async () => {
    const traces: readonly ((file: string) => void)[] = [
      () => {},
      (file) => {
        // What a start leaves that is killed before its first write.
        const begun = join(root, "begun.db");
        const connection = new Connection(begun);
        connection.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
        copyTo(dirname(file), begun);
        connection.close();
        fs.renameSync(join(dirname(file), "begun.db"), file);
        expect([fs.statSync(file).size, fs.existsSync(`${file}-wal`)]).toEqual([4_096, false]);
      },
      (file) => fs.writeFileSync(file, ""),
      (file) => {
        fs.writeFileSync(file, "");
        fs.writeFileSync(`${file}-journal`, journalOf(0));
      },
    ];
    for (const [index, prepare] of traces.entries()) {
      const file = join(root, `new${index}`, "hub.db");
      fs.mkdirSync(dirname(file));
      prepare(file);
      expect(await idsIn(file)).toEqual([]);
    }
  });
});
