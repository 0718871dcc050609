import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import type { HubError } from "@hub/core";
import { afterAll, describe, expect, test } from "vitest";
import { openSqliteStore } from "./open-sqlite-store.js";
import { bringing, copyTo, entry } from "./test-files.js";
import { newFolder } from "./test-process.js";

const folder = newFolder();
const run = (command: string, ...parts: string[]) =>
  execFileSync(command, parts, { stdio: "ignore" });

/** A disk of 2 MiB. Needs root on Linux; elsewhere `sqlite-store.test.ts` shows the same without a disk. */
const hasSmallDisk = (() => {
  try {
    run("mount", "-t", "tmpfs", "-o", "size=2m", "none", folder);
    return true;
  } catch {
    return false;
  }
})();

test("a small disk can be made here, or this is no machine that decides about a change", () => {
  expect(hasSmallDisk || process.env.CI === undefined).toBe(true);
});

afterAll(() => {
  // Lazily: a store that could not tidy up its file keeps it open until the process ends.
  if (hasSmallDisk) run("umount", "--lazy", folder);
  fs.rmSync(folder, { recursive: true, force: true });
});

const filler = join(folder, "filler");
const fill = () => {
  const handle = fs.openSync(filler, "w");
  try {
    for (;;) fs.writeSync(handle, Buffer.alloc(4_096));
  } catch {
    fs.closeSync(handle);
  }
};
const count = async (store: Awaited<ReturnType<typeof openSqliteStore>>) =>
  (await store.load()).entries.length;

describe.skipIf(!hasSmallDisk)("a disk that is really full", () => {
  const file = join(folder, "data", "hub.db");

  test("writes are refused whole, reads go on, and it recovers by itself", async () => {
    const store = await openSqliteStore({ file });
    let kept = 0;
    let refusal: HubError | undefined;
    for (; refusal === undefined; kept += 1) {
      const write = bringing(entry(`s${kept}`, 1, "x".repeat(20_000)));
      refusal = await store.commit(write).then(
        () => undefined,
        (error: HubError) => error,
      );
    }
    kept -= 1;
    expect(refusal).toMatchObject({ code: "STORE_UNAVAILABLE", retryAfterMs: 5_000 });
    expect(kept).toBeGreaterThan(10);
    expect(await count(store)).toBe(kept);
    expect(await store.journal({ order: "newest-first", limit: 1 })).toMatchObject([{ seq: kept }]);

    // Closing cannot move the log into the file now; what was acknowledged stays in the log.
    await store.close();
    expect(fs.existsSync(`${file}-wal`)).toBe(true);
  });

  test("it takes writes again as soon as there is room", async () => {
    fs.rmSync(join(folder, "data"), { recursive: true });
    const next = await openSqliteStore({ file });
    await next.commit(bringing(entry("first")));
    fill();
    // More than what the log has taken of the disk already, which it uses again.
    const large = bringing(entry("second", 1, "x".repeat(500_000)));
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(next.commit(large)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(await count(next)).toBe(1);
    fs.rmSync(filler);
    expect(await next.commit(large)).toEqual({ ok: true, seqs: [2] });
    await next.close();
  });

  test("what is in the write-ahead log is found by a hub that starts while there is no room", async () => {
    fs.rmSync(join(folder, "data"), { recursive: true, force: true });
    const elsewhere = newFolder();
    const running = await openSqliteStore({ file: join(elsewhere, "hub.db") });
    await running.commit(bringing(entry("a"), entry("b")));
    // What `kill -9` leaves.
    copyTo(join(folder, "data"), join(elsewhere, "hub.db"));
    await running.close();
    fs.rmSync(elsewhere, { recursive: true });
    fill();
    const store = await openSqliteStore({ file });
    expect(await count(store)).toBe(2);
    const large = bringing(entry("c", 1, "x".repeat(500_000)));
    await expect(store.commit(large)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    fs.rmSync(filler);
    expect(await store.commit(large)).toMatchObject({ ok: true });
    await store.close();
  });
});
