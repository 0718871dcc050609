import { randomFillSync } from "node:crypto";

const idBytes = 16;
const pool = Buffer.alloc(idBytes * 256);
let used = pool.length;

/** 128 random bits as hexadecimal text. Drawn many at a time, because each draw is a system call. */
export function newLeaseId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const id = pool.toString("hex", used, used + idBytes);
  // What was given out must not stay readable in memory.
  pool.fill(0, used, used + idBytes);
  used += idBytes;
  return id;
}
