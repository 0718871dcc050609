import * as fs from "node:fs";
import { dirname, join } from "node:path";
import { sampleToolset } from "@hub/core/testing";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { backUp } from "./backup.js";
import { Connection } from "./connection.js";
import { migrate } from "./migrations.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { newFolder } from "./test-process.js";

type Store = Awaited<ReturnType<typeof openSqliteStore>>;

const root = newFolder();
const opened: Store[] = [];
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

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

describe("sessions in the SQLite file", () => {
  test("a file from before they were kept holds what it held, and takes them", async () => {
    const file = newFile();
    const connection = new Connection(file);
    migrate(connection, 5);
    connection.close();
    const store = await openAt(file);
    await store.toolsets.put(sampleToolset("a"), undefined);
    await store.sessions.write({
      put: [{ key: "a", peer: "127.0.0.1", isUsed: true, sealed: "x" }],
      removed: [],
    });
    await store.close();
    const again = await openAt(file);
    expect(await again.toolsets.load()).toEqual([sampleToolset("a")]);
    expect((await again.sessions.read("a"))?.sealed).toBe("x");
  });

  test("a backup holds none: they may have ended before it is restored", async () => {
    const file = newFile();
    const store = await openAt(file);
    const put = [{ key: "a", peer: "127.0.0.1", isUsed: true, sealed: "sealed" }];
    await store.sessions.write({ put, removed: [] });
    await store.close();
    const to = join(root, "backup");
    await backUp({ dataDir: dirname(file), to });
    expect(await (await openAt(join(to, "hub.db"))).sessions.load()).toEqual([]);
    expect(await (await openAt(file)).sessions.load()).toHaveLength(1);
  });

  test("one that the disk has changed keeps nobody from starting", async () => {
    const file = newFile();
    const store = await openAt(file);
    const put = [{ key: "a", peer: "127.0.0.1", isUsed: true, sealed: "sealed" }];
    await store.sessions.write({ put, removed: [] });
    await store.close();
    const connection = new Connection(file);
    connection.exec(
      "UPDATE sessions SET sealed = CAST(x'ff00fe' AS TEXT), peer = CAST(x'fe' AS TEXT)",
    );
    connection.close();
    const again = await openAt(file);
    expect(await again.sessions.load()).toHaveLength(1);
    expect((await again.sessions.read("a"))?.sealed).not.toBe("sealed");
  });
});
