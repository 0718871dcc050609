import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { openSqliteArchive, openSqliteStore } from "@hub/store-sqlite";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { archiveFile, writeArchive } from "../src/store-copy/archive-file.js";
import { deeds, everything, rowsOf } from "./support/filled-store.js";
import { runInProcess } from "./support/in-process.js";

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-store-backup-"));
let names = 0;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newPath(): string {
  names += 1;
  return join(folder, String(names));
}

async function dataDirWith(done: typeof everything): Promise<string> {
  const dataDir = newPath();
  const store = await openSqliteStore({ file: join(dataDir, "hub.db") });
  for (const deed of done) await deed(store);
  await store.close();
  return dataDir;
}

/** All that is kept but for what ends: sessions and sign-ins. */
async function lastingIn(dataDir: string): Promise<readonly string[]> {
  const archive = await openSqliteArchive({ file: join(dataDir, "hub.db") });
  const rows = await rowsOf(archive);
  await archive.close();
  return rows.filter((row) => !/^(session|sign-in) /.test(row));
}

/** All of it is there, and one line of the audit that says where it came from. */
async function expectRestored(restored: string, dataDir: string): Promise<void> {
  const isOwn = (row: string) => row.includes('"action":"restore"');
  const rows = await lastingIn(restored);
  expect(rows.filter((row) => !isOwn(row))).toEqual(await lastingIn(dataDir));
  expect(rows.filter(isOwn)).toEqual([expect.stringContaining('"id":"command-line"')]);
}

const inDir = (dataDir: string) => ({ environment: { MCP_HUB_DATA_DIR: dataDir } });

async function backedUp(): Promise<{ readonly dataDir: string; readonly file: string }> {
  const dataDir = await dataDirWith(everything);
  const file = newPath();
  const ran = await runInProcess(["backup", "--archive", file, "--json"], inDir(dataDir));
  expect(ran).toMatchObject({ code: 0, err: "" });
  expect(JSON.parse(ran.out).rows).toMatchObject({ entry: 2, session: 0, "sign-in": 0, audit: 2 });
  return { dataDir, file };
}

test("a backup is one file for its owner alone; restored, it is what was backed up, and a hub starts on it", async () => {
  const { dataDir, file } = await backedUp();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const restored = newPath();
  const ran = await runInProcess(["restore", file, "--json"], inDir(restored));
  expect(ran).toMatchObject({ code: 0, err: "" });
  await expectRestored(restored, dataDir);
  const again = await runInProcess(["restore", file], inDir(restored));
  expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/holds something already/) });
  const twice = await runInProcess(["backup", "--archive", file], inDir(dataDir));
  expect(twice).toMatchObject({ code: 1, err: expect.stringMatching(/is there already/) });
});

test("a backup folder is restored with what else is in it, and stays as it was", async () => {
  const dataDir = await dataDirWith(everything);
  writeFileSync(join(dataDir, "tokens.json"), "[]");
  const made = newPath();
  expect((await runInProcess(["backup", made], inDir(dataDir))).code).toBe(0);
  const before = readFileSync(join(made, "hub.db"));
  const restored = newPath();
  const ran = await runInProcess(["restore", made, "--json"], inDir(restored));
  expect(JSON.parse(ran.out)).toMatchObject({ files: ["tokens.json"], rows: { entry: 2 } });
  expect(readFileSync(join(restored, "tokens.json"), "utf8")).toBe("[]");
  await expectRestored(restored, dataDir);
  expect(readFileSync(join(made, "hub.db"))).toEqual(before);
});

test("whatever a store holds comes out of its backup", async () => {
  await fc.assert(
    fc.asyncProperty(deeds, async (done) => {
      const archive = await openSqliteArchive({ file: join(await dataDirWith(done), "hub.db") });
      const file = newPath();
      await writeArchive(file, archive);
      const kept = (await rowsOf(archive)).filter((row) => !/^(session|sign-in) /.test(row));
      expect(await rowsOf(archiveFile(file))).toEqual(kept);
      await archive.close();
    }),
    { numRuns: 20 },
  );
});

test("a file that was cut or changed, or is none or a newer one, restores nothing", async () => {
  const { file } = await backedUp();
  const packed = readFileSync(file);
  const text = gunzipSync(packed).toString();
  const lines = text.trimEnd().split("\n");
  const bad: readonly (readonly [string, Buffer, RegExp])[] = [
    ["cut", packed.subarray(0, packed.length - 9), /is not whole/],
    ["without its end", gzipSync(`${lines.slice(0, -1).join("\n")}\n`), /is not whole/],
    [
      "with another end",
      gzipSync(`${lines.slice(0, -1).join("\n")}\n{"end":null}\n`),
      /is not whole/,
    ],
    ["without a row", gzipSync(`${lines.toSpliced(3, 1).join("\n")}\n`), /is not whole/],
    ["changed", gzipSync(text.replace("Server a", "Server x")), /is not whole/],
    ["with a line that is no JSON", gzipSync(text.replace("\n", "\n{\n")), /is not whole/],
    ["newer", gzipSync(text.replace('"version":1', '"version":2')), /newer MCP Hub/],
    ["another program's", gzipSync('{"format":"x"}\n'), /is no backup/],
    ["no JSON", gzipSync("hello\n"), /is no backup/],
    ["not packed", Buffer.from("hello"), /is no backup/],
    ["empty", Buffer.alloc(0), /is no backup/],
  ];
  for (const [what, bytes, words] of bad) {
    const broken = newPath();
    writeFileSync(broken, bytes);
    const to = newPath();
    const ran = await runInProcess(["restore", broken], inDir(to));
    expect([what, ran.code, ran.out]).toEqual([what, 1, ""]);
    expect([what, ran.err]).toEqual([what, expect.stringMatching(words)]);
    expect([what, await lastingIn(to)]).toEqual([what, ['journal 0 {"lastSeq":0}']]);
  }
  const nowhere = await runInProcess(["restore", newPath()], inDir(newPath()));
  expect(nowhere).toMatchObject({ code: 3, err: expect.stringMatching(/There is no backup/) });
});
