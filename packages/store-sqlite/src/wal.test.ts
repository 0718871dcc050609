import * as fs from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { Connection } from "./connection.js";
import { newFolder } from "./test-process.js";
import { judgeWal } from "./wal.js";

const folders: string[] = [];

/** A database in WAL mode whose log SQLite moves into the file only when told to. */
function newDatabase() {
  const folder = newFolder();
  folders.push(folder);
  const file = join(folder, "hub.db");
  const connection = new Connection(file);
  connection.exec(`PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;
    PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)`);
  const insert = connection.prepare("INSERT INTO t (text) VALUES (?)");
  return {
    connection,
    commit: (count: number) => {
      for (let row = 0; row < count; row += 1) insert.run(["x".repeat(500)]);
    },
    log: () => fs.readFileSync(`${file}-wal`),
  };
}

/** The bytes with one of them changed. */
function broken(bytes: Buffer, offset: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(offset) ^ 1, offset);
  return copy;
}

const header = 32;
const frame = 24 + 4_096;

afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

describe("judging a write-ahead log", () => {
  test("one that SQLite wrote is whole", () => {
    const { commit, log } = newDatabase();
    commit(20);
    expect(judgeWal(log())).toBe("whole");
  });

  test("one without a header or without a frame is blank", () => {
    const { commit, log } = newDatabase();
    commit(20);
    for (const length of [0, 1, 31, 32, 33, header + frame - 1])
      expect(judgeWal(log().subarray(0, length)), `cut to ${length}`).toBe("blank");
    expect(judgeWal(Buffer.alloc(header + frame))).toBe("blank");
    expect(judgeWal(log().fill(0, header))).toBe("blank");
    expect(judgeWal(log().fill(0xa5, header))).toBe("blank");
  });

  test("one that was started over and got no write yet is whole, for its content is in the file", () => {
    const { connection, commit, log } = newDatabase();
    commit(20);
    const before = log();
    connection.exec("PRAGMA wal_checkpoint(RESTART)");
    commit(1);
    const onlyHeader = Buffer.concat([log().subarray(0, header), before.subarray(header)]);
    expect(judgeWal(onlyHeader)).toBe("whole");
  });

  test("what is left of a log that was started over is not looked at", () => {
    const { connection, commit, log } = newDatabase();
    commit(200);
    connection.exec("PRAGMA wal_checkpoint(RESTART)");
    commit(3);
    expect(log().length).toBeGreaterThan(header + 50 * frame);
    expect(judgeWal(log())).toBe("whole");
  });

  test("what is left of a transaction that was rolled back is no damage", () => {
    const { connection, commit, log } = newDatabase();
    commit(5);
    connection.exec("PRAGMA cache_size = 2; BEGIN");
    commit(500);
    connection.exec("ROLLBACK");
    const spilled = log().length;
    expect(spilled).toBeGreaterThan(header + 20 * frame);
    commit(2);
    expect(log().length).toBe(spilled);
    expect(judgeWal(log())).not.toBe("damaged");
  });

  test("a last write that is incomplete is torn", () => {
    const { connection, commit, log } = newDatabase();
    commit(5);
    expect(judgeWal(log().subarray(0, log().length - 10))).toBe("whole");
    connection.exec("BEGIN");
    commit(50);
    connection.exec("COMMIT");
    expect(judgeWal(log().subarray(0, log().length - 10))).toBe("torn");
    expect(judgeWal(broken(log(), log().length - 10))).toBe("torn");
  });

  test("a break before the last write is damage: in the header, in a frame's header, in a page", () => {
    const { commit, log } = newDatabase();
    commit(20);
    const bytes = log();
    for (const offset of [0, 9, 17, 25, header + 2, header + 9, header + 17, header + 500])
      expect(judgeWal(broken(bytes, offset)), `byte ${offset}`).toBe("damaged");
    const secondLast = bytes.length - 2 * frame;
    expect(judgeWal(broken(bytes, secondLast + 100))).toBe("damaged");
  });
});
