import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backUp } from "./backup.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { bringing, copyTo, entry, picture } from "./test-files.js";
import { compileStore, newFolder, startProcess } from "./test-process.js";

const root = newFolder();
let compiled: ReturnType<typeof compileStore>;
let folders = 0;

beforeAll(() => {
  compiled = compileStore();
});

afterAll(() => {
  compiled.remove();
  fs.rmSync(root, { recursive: true, force: true });
});

function newPath(name: string): string {
  folders += 1;
  return join(root, `${name}-${folders}`);
}

/** Adds entries of many sizes, no faster than a disk takes them, and says the number of each. */
const writeOn = `
  const store = await openSqliteStore({ file });
  for (let n = 1; ; n++) {
    await store.commit({ removed: [], snapshots: [],
      entries: [{ basedOn: undefined, record: { id: "s" + n, version: 1, text: "x".repeat((n * 977) % 30_000) } }],
      events: [{ event: { kind: "forgotten", serverId: "s" + n, name: "", at: 1, reason: "removed" } }] });
    say(n);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }`;

async function contentOf(dataDir: string) {
  const warnings: unknown[] = [];
  const log = { info: () => {}, warn: (facts: unknown) => warnings.push(facts) };
  const store = await openSqliteStore({ file: join(dataDir, "hub.db"), log });
  const { entries, lastSeq } = await store.load();
  const events = await store.journal({ order: "oldest-first", limit: 1_000_000 });
  await store.close();
  return {
    ids: entries.map(({ id }) => id),
    lastSeq,
    seqs: events.map(({ seq }) => seq),
    warnings,
  };
}

const reasonOf = (backup: Promise<unknown>) =>
  backup.then(
    () => "made",
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );

describe("a backup of a data directory that a hub writes to", () => {
  test("has everything that was acknowledged before, all of one moment, as one clean file", async () => {
    const file = join(newPath("busy"), "hub.db");
    const writer = startProcess(compiled.url, file, writeOn);
    let acknowledged = 0;
    let isRunning = true;
    const reading = (async () => {
      while (isRunning) acknowledged = Number(await writer.next());
    })().catch(() => undefined); // it is killed
    for (let round = 1; round <= 6; round += 1) {
      // Far enough apart that the write-ahead log was started over in between.
      await expect
        .poll(() => acknowledged, { interval: 5, timeout: 120_000 })
        .toBeGreaterThanOrEqual(round * 120);
      const before = acknowledged;
      const { folder, servers, toolsets, bytes } = await backUp({
        dataDir: dirname(file),
        to: newPath("backup"),
      });
      expect(fs.readdirSync(folder)).toEqual(["hub.db"]);
      expect(fs.statSync(join(folder, "hub.db")).size).toBe(bytes);
      expect(servers).toBeGreaterThanOrEqual(before);
      expect(toolsets).toBe(0);
      const { ids, lastSeq, seqs, warnings } = await contentOf(folder);
      expect(warnings).toEqual([]);
      expect(ids).toHaveLength(servers);
      expect(lastSeq).toBe(servers);
      expect(seqs).toEqual(Array.from({ length: servers }, (_, index) => index + 1));
    }
    isRunning = false;
    await writer.kill();
    await reading;
    expect((await contentOf(dirname(file))).ids.length).toBeGreaterThanOrEqual(acknowledged);
  });

  test("changes nothing of what it copies, and takes along what else is there, without the key of what is sealed", async () => {
    const file = join(newPath("beside"), "hub.db");
    const writer = startProcess(
      compiled.url,
      file,
      `const store = await openSqliteStore({ file });
       await store.commit({ removed: [], snapshots: [], events: [],
         entries: [{ basedOn: undefined, record: { id: "a", version: 1 } }] });
       say("written"); setInterval(() => {}, 1000);`,
    );
    expect(await writer.next()).toBe("written");
    for (const name of ["notes.json", "secret.key"])
      fs.writeFileSync(join(dirname(file), name), "text", { mode: 0o600 });
    fs.mkdirSync(join(dirname(file), "folder"));
    const before = picture(file);
    const { folder } = await backUp({ dataDir: dirname(file), to: newPath("backup") });
    expect(picture(file)).toEqual(before);
    expect(fs.readdirSync(folder).sort()).toEqual(["hub.db", "notes.json"]);
    if (process.platform !== "win32")
      expect([folder, join(folder, "hub.db"), join(folder, "notes.json")].map(modeOf)).toEqual([
        0o700, 0o600, 0o600,
      ]);
    await writer.kill();
    // The files of a hub that was killed are a data directory, too.
    const again = await backUp({ dataDir: dirname(file), to: newPath("backup") });
    expect((await contentOf(again.folder)).ids).toEqual(["a"]);
    // In place of the files of the killed hub, beside what is left of them.
    fs.copyFileSync(join(folder, "hub.db"), file);
    fs.rmSync(`${file}-wal`);
    expect((await contentOf(dirname(file))).ids).toEqual(["a"]);
  });
});

const modeOf = (path: string) => fs.statSync(path).mode & 0o777;

describe("a backup of what no hub uses", () => {
  test("of a hub that was stopped is the same again", async () => {
    const file = join(newPath("stopped"), "hub.db");
    const store = await openSqliteStore({ file });
    await store.commit(bringing(entry("a"), entry("b")));
    await store.close();
    const { folder, servers } = await backUp({ dataDir: dirname(file), to: newPath("backup") });
    expect(servers).toBe(2);
    expect(await contentOf(folder)).toEqual(await contentOf(dirname(file)));
  });

  test("is refused for what a hub would not start on, with the reason; nothing is left behind", async () => {
    const file = join(newPath("whole"), "hub.db");
    const store = await openSqliteStore({ file });
    await store.commit(bringing(entry("a"), entry("b")));
    await store.close();
    const damaged = copyTo(newPath("damaged"), file);
    fs.truncateSync(damaged, fs.statSync(damaged).size - 4_096);
    const foreign = join(newPath("foreign"), "hub.db");
    fs.mkdirSync(dirname(foreign));
    fs.writeFileSync(foreign, "not a database, but long enough to be looked at ".repeat(40));
    const lost = copyTo(newPath("lost"), file);
    fs.writeFileSync(lost, "");
    for (const [path, words] of [
      [damaged, `${damaged} is damaged`],
      [foreign, `${foreign} is not a hub's database`],
      [lost, "nothing to back up"],
      [join(newPath("missing"), "hub.db"), "MCP_HUB_DATA_DIR"],
    ] as const) {
      const to = newPath("refused");
      const reason = await reasonOf(backUp({ dataDir: dirname(path), to }));
      expect(reason).toContain("STORE_UNAVAILABLE");
      expect(reason).toContain(words);
      expect(fs.readdirSync(root).filter((name) => name.includes("refused"))).toEqual([]);
    }
  });

  test("overwrites nothing, and says what keeps it from being written", async () => {
    const file = join(newPath("source"), "hub.db");
    await (await openSqliteStore({ file })).close();
    const dataDir = dirname(file);
    const plain = newPath("plain");
    fs.writeFileSync(plain, "mine");
    expect(await reasonOf(backUp({ dataDir, to: plain }))).toContain("is there already");
    expect(await reasonOf(backUp({ dataDir, to: dataDir }))).toContain("is there already");
    expect(await reasonOf(backUp({ dataDir, to: join(plain, "backup") }))).toContain(
      "a part of that path is a file",
    );
    expect(fs.readFileSync(plain, "utf8")).toBe("mine");
    if (process.platform === "linux")
      expect(await reasonOf(backUp({ dataDir, to: "/proc/hub/backup" }))).toContain(
        "cannot be written to /proc/hub/backup",
      );
  });
});
