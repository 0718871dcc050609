import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { sampleToolset } from "@hub/core/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Connection } from "./connection.js";
import { migrate, schemaVersion } from "./migrations.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { bringing, copyTo, entry, picture, refusalOf } from "./test-files.js";
import { compileStore, newFolder, startProcess } from "./test-process.js";

type Store = Awaited<ReturnType<typeof openSqliteStore>>;

const root = newFolder();
const opened: Store[] = [];
let compiled: ReturnType<typeof compileStore>;
let count = 0;

function newFile(): string {
  count += 1;
  const folder = join(root, String(count));
  fs.mkdirSync(folder);
  return join(folder, "hub.db");
}

async function openAt(file: string): Promise<Store> {
  const store = await openSqliteStore({ file });
  opened.push(store);
  return store;
}

beforeAll(() => {
  compiled = compileStore();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => {
  compiled.remove();
  fs.rmSync(root, { recursive: true, force: true });
});

/** A file as a hub left it that knew no toolsets yet. */
function oldFile(): string {
  const file = newFile();
  const connection = new Connection(file);
  migrate(connection, 1);
  connection.close();
  return file;
}

describe("toolsets in the SQLite file", () => {
  test("a file from before there were toolsets keeps its catalogue and takes them", async () => {
    const file = oldFile();
    // A hub of that time wrote what this one writes, but for toolsets.
    const from = newFile();
    const current = await openAt(from);
    await current.commit(bringing(entry("a"), entry("b")));
    const before = await current.load();
    await current.close();
    const connection = new Connection(file);
    connection.exec(`ATTACH '${from}' AS current`);
    for (const table of ["entries", "journal"])
      connection.exec(`INSERT INTO ${table} SELECT * FROM current.${table}`);
    connection.exec("DETACH current");
    expect(connection.value("PRAGMA user_version")).toBe(1);
    connection.close();

    const store = await openAt(file);
    expect(await store.load()).toEqual(before);
    expect(await store.toolsets.load()).toEqual([]);
    await store.toolsets.put(sampleToolset("a"), undefined);
    await store.close();
    const again = await openAt(file);
    expect(await again.load()).toEqual(before);
    expect(await again.toolsets.load()).toEqual([sampleToolset("a")]);
    await again.close();
    const raised = new Connection(file);
    expect(raised.value("PRAGMA user_version")).toBe(schemaVersion);
    raised.close();
  });

  test("a damaged catalogue is refused before its file is brought up to date", async () => {
    const file = oldFile();
    const connection = new Connection(file);
    connection.exec(
      `INSERT INTO entries VALUES ('mail', 1, '{"id":"mail"}', 12345); PRAGMA journal_mode = DELETE;`,
    );
    connection.close();
    const before = picture(file);
    const refusal = await refusalOf(file);
    expect(refusal.message).toContain('what it holds of the server "mail" does not match');
    expect(picture(file)).toEqual(before);
  });

  test("a damaged toolset is refused by its name, and nothing is touched", async () => {
    const file = newFile();
    const store = await openAt(file);
    await store.toolsets.put(sampleToolset("desk"), undefined);
    await store.close();
    const connection = new Connection(file);
    connection.exec("UPDATE toolsets SET toolset = replace(toolset, 'weather', 'wEather')");
    connection.close();
    const before = picture(file);
    const refusal = await refusalOf(file);
    expect(refusal.message).toContain('what it holds of the toolset "desk" does not match');
    expect(picture(file)).toEqual(before);
  });

  test("what was acknowledged survives a hub that is killed", async () => {
    const file = newFile();
    const toolset = sampleToolset("desk");
    const writer = startProcess(
      compiled.url,
      file,
      `const { toolsets } = await openSqliteStore({ file });
       say(await toolsets.put(${JSON.stringify(toolset)}, undefined)); setInterval(() => {}, 1000);`,
    );
    expect(await writer.next()).toEqual({ ok: true });
    await writer.kill();
    expect(await (await openAt(file)).toolsets.load()).toEqual([toolset]);
  });

  test("a file that is moved away, and a store that is closed, take no toolsets", async () => {
    const file = newFile();
    const store = await openAt(file);
    fs.renameSync(file, `${file}.away`);
    const unavailable = { code: "STORE_UNAVAILABLE" };
    const put = () => store.toolsets.put(sampleToolset("a"), undefined);
    await expect(put()).rejects.toMatchObject(unavailable);
    fs.renameSync(`${file}.away`, file);
    expect(await put()).toEqual({ ok: true });
    const copy = copyTo(join(dirname(file), "copy"), file);
    await store.close();
    await expect(put()).rejects.toMatchObject(unavailable);
    await expect(store.toolsets.load()).rejects.toMatchObject(unavailable);
    // Durable from the moment it was acknowledged, not only once the store was closed.
    expect(await (await openAt(copy)).toolsets.load()).toEqual([sampleToolset("a")]);
  });
});
