import * as fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const walHeaderBytes = 32;

/**
 * What tells whether a copy is of one moment. While a database has a `-wal`, SQLite changes the file itself
 * only by moving pages there that stay in the `-wal` until that is started over, with another header. So a
 * file and then its `-wal`, copied under one header, are together the database of the moment when the
 * `-wal` was read: pages that were half moved are in it. Without a `-wal` the file itself must not change.
 */
function stateOf(file: string): string {
  const { ino, size, mtimeNs } = fs.statSync(file, { bigint: true });
  if (isThere(`${file}-journal`)) return "in transition";
  const header = firstBytesOf(`${file}-wal`, walHeaderBytes);
  return header.length === walHeaderBytes
    ? `${ino} ${header.toString("hex")}`
    : `${ino} ${size} ${mtimeNs}`;
}

function isThere(path: string): boolean {
  return (fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

function firstBytesOf(path: string, most: number): Buffer {
  const bytes = Buffer.alloc(most);
  if (!fs.existsSync(path)) return bytes.subarray(0, 0);
  const handle = fs.openSync(path, "r");
  try {
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, most, 0));
  } finally {
    fs.closeSync(handle);
  }
}

/** In this order: who acknowledged how much, then what holds it. */
const suffixes = [".owner.json", "", "-wal"] as const;

/**
 * Copies a database, also one that a hub writes to, with what lies beside it. False when the hub started its
 * `-wal` over meanwhile, so that the copy is of several moments. Not for the process of that hub:
 * closing a file there would end the lock it holds on it.
 */
async function copyOnce(file: string, to: string): Promise<boolean> {
  const before = stateOf(file);
  for (const suffix of suffixes) {
    fs.rmSync(to + suffix, { force: true });
    await fs.promises
      .copyFile(file + suffix, to + suffix, fs.constants.COPYFILE_FICLONE)
      .catch((error: NodeJS.ErrnoException) => {
        if (suffix === "" || error.code !== "ENOENT") throw error;
      });
  }
  return before !== "in transition" && stateOf(file) === before;
}

/** Copies until a copy is of one moment. False when there was none in `patienceMs`. */
export async function copyLive(file: string, to: string, patienceMs: number): Promise<boolean> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await copyOnce(file, to))) {
    if (performance.now() > giveUpAt) return false;
    // The hub starts its `-wal` over in a rhythm of its own.
    await sleep(Math.random() * 50);
  }
  return true;
}
