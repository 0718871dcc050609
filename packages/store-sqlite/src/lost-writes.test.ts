import * as fs from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteStore, type SqliteStoreOptions } from "./open-sqlite-store.js";
import { acceptDataLoss } from "./refusals.js";
import { bringing, copyTo, entry, refusalOf } from "./test-files.js";
import { compileStore, newFolder, startProcess } from "./test-process.js";

const root = newFolder();
const runs = Math.min(400, Number(process.env.HUB_PROPERTY_RUNS ?? 60));
const headerBytes = 32;
const frameBytes = 24 + 4_096;
const ids = ["a", "b", "c", "d", "e"];
let compiled: ReturnType<typeof compileStore>;
/** Of two hubs that were killed after they had acknowledged `ids`, and fewer. */
let killed = "";
let other = "";
let copies = 0;

async function killedAfter(name: string, acknowledged: readonly string[]): Promise<string> {
  const file = join(root, name, "hub.db");
  const commits = acknowledged.map(
    (id) => `await store.commit({ removed: [], snapshots: [], events: [],
      entries: [{ basedOn: undefined, record: { id: "${id}", version: 1 } }] });`,
  );
  const writer = startProcess(
    compiled.url,
    file,
    `const { copyFileSync } = await import("node:fs");
     const store = await openSqliteStore({ file });
     copyFileSync(file + ".owner.json", file.replace("hub.db", "older.json"));
     ${commits.join("\n")}
     say("done"); setInterval(() => {}, 1000);`,
  );
  expect(await writer.next()).toBe("done");
  await writer.kill();
  return file;
}

function copyOf(file: string): string {
  copies += 1;
  const copy = copyTo(join(root, `copy${copies}`), file);
  fs.copyFileSync(`${file}.owner.json`, `${copy}.owner.json`);
  return copy;
}

async function idsIn(file: string, options: Omit<SqliteStoreOptions, "file"> = {}) {
  const store = await openSqliteStore({ file, ...options });
  const { entries } = await store.load();
  await store.close();
  return entries.map(({ id }) => id);
}

/** What a start on a log that was changed comes to: all that was acknowledged, or a refusal. */
async function outcomeOf(change: (log: Buffer) => Buffer): Promise<readonly string[] | "refused"> {
  const file = copyOf(killed);
  fs.writeFileSync(`${file}-wal`, change(fs.readFileSync(`${file}-wal`)));
  try {
    return await idsIn(file);
  } catch (error) {
    expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
    return "refused";
  } finally {
    fs.rmSync(dirname(file), { recursive: true });
  }
}

beforeAll(async () => {
  compiled = compileStore();
  killed = await killedAfter("killed", ids);
  other = await killedAfter("other", ids.slice(0, 2));
});

afterAll(() => {
  compiled.remove();
  fs.rmSync(root, { recursive: true, force: true });
});

describe("a write-ahead log of a hub that was killed", () => {
  test("that is cut at or beside the end of any frame starts with all that was acknowledged, or is refused", async () => {
    const { length } = fs.readFileSync(`${killed}-wal`);
    const frames = (length - headerBytes) / frameBytes;
    expect(frames).toBeGreaterThan(ids.length);
    for (let frame = 0; frame <= frames; frame += 1) {
      for (const beside of [-1, 0, 1]) {
        const cut = headerBytes + frame * frameBytes + beside;
        const outcome = await outcomeOf((log) => log.subarray(0, cut));
        expect([ids, "refused"], `cut to ${cut} of ${length}`).toContainEqual(outcome);
      }
    }
  });

  test("that is cut anywhere, or zeroed from anywhere to anywhere, starts with all that was acknowledged, or is refused", async () => {
    const { length } = fs.readFileSync(`${killed}-wal`);
    const place = fc.integer({ min: 0, max: length });
    await fc.assert(
      fc.asyncProperty(place, place, fc.boolean(), async (one, another, isCut) => {
        const [from, to] = one < another ? [one, another] : [another, one];
        const outcome = await outcomeOf((log) =>
          isCut ? log.subarray(0, from) : log.fill(0, from, to),
        );
        expect([ids, "refused"]).toContainEqual(outcome);
      }),
      { numRuns: runs },
    );
  });

  test("that is an older one of the same store is refused", async () => {
    const file = copyOf(other);
    const older = fs.readFileSync(`${file}-wal`);
    expect(await idsIn(file)).toEqual(ids.slice(0, 2));
    const next = startProcess(
      compiled.url,
      file,
      `const store = await openSqliteStore({ file });
       for (const id of ["x", "y", "z"])
         await store.commit({ removed: [], snapshots: [], events: [],
           entries: [{ basedOn: undefined, record: { id, version: 1 } }] });
       say("done"); setInterval(() => {}, 1000);`,
    );
    expect(await next.next()).toBe("done");
    await next.kill();
    fs.writeFileSync(`${file}-wal`, older);
    expect((await refusalOf(file)).message).toContain("were acknowledged");
  });

  test("that is another store's is refused, and set aside when that is accepted", async () => {
    const file = copyOf(killed);
    fs.copyFileSync(`${other}-wal`, `${file}-wal`);
    const refusal = await refusalOf(file);
    expect(refusal.message).toContain("does not belong to the write-ahead log beside it");
    expect(refusal.details).toEqual({ acceptWith: acceptDataLoss });
    expect(await idsIn(file, { acceptDataLoss: true })).toEqual([]);
    const names = fs.readdirSync(dirname(file));
    expect(names.some((name) => name.startsWith("hub.db-wal.2"))).toBe(true);
    // Whoever accepted it is not asked again.
    expect(await idsIn(file)).toEqual([]);
  });

  test("that lies beside a backup which was stopped in order is refused", async () => {
    const backup = join(root, "backup", "hub.db");
    const store = await openSqliteStore({ file: backup });
    await store.commit(bringing(entry("old")));
    await store.close();
    for (const hasOwner of [true, false]) {
      const file = copyOf(killed);
      fs.copyFileSync(backup, file);
      if (!hasOwner) fs.rmSync(`${file}.owner.json`);
      expect((await refusalOf(file)).message).toContain("does not belong to");
      expect(await idsIn(file, { acceptDataLoss: true })).toEqual(["old"]);
    }
  });
});

describe("what is kept beside a database", () => {
  test("does not count against a backup that takes its place", async () => {
    const backup = join(root, "restored", "hub.db");
    const store = await openSqliteStore({ file: backup });
    await store.commit(bringing(entry("old")));
    await store.close();
    fs.copyFileSync(`${killed}.owner.json`, `${backup}.owner.json`);
    expect(await idsIn(backup)).toEqual(["old"]);
  });

  test("may be older than the database, or torn, as after a power loss", async () => {
    const owner = fs.readFileSync(`${killed}.owner.json`);
    const older = fs.readFileSync(join(dirname(killed), "older.json"));
    expect(older).not.toEqual(owner);
    const numbersAt = '{"acknowledged":"'.length;
    for (let cut = 0; cut < owner.length; cut += 21) {
      for (const left of [
        older,
        owner.subarray(0, cut),
        Buffer.from(owner).fill(0, cut),
        Buffer.from(owner).fill("9", numbersAt, Math.min(numbersAt + cut + 1, owner.length)),
      ]) {
        const file = copyOf(killed);
        fs.writeFileSync(`${file}.owner.json`, left);
        expect(await idsIn(file)).toEqual(ids);
      }
    }
  });
});
