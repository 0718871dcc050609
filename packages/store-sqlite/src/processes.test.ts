import * as fs from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSqliteStore } from "./open-sqlite-store.js";
import { bringing, entry, picture, refusalOf } from "./test-files.js";
import { compileStore, newFolder, startProcess } from "./test-process.js";

const root = newFolder();
let store: ReturnType<typeof compileStore>;
const stay = "setInterval(() => {}, 1000);";
const hold = `const store = await openSqliteStore({ file }); say(process.pid); ${stay}`;

beforeAll(() => {
  store = compileStore();
});

afterAll(() => {
  store.remove();
  fs.rmSync(root, { recursive: true, force: true });
});

const newFile = () => join(fs.mkdtempSync(join(root, "data-")), "hub.db");

describe("several processes and one file", () => {
  test("the second is refused, and told who has it", async () => {
    const file = newFile();
    const first = startProcess(store.url, file, hold);
    const pid = await first.next();
    const before = picture(file);
    const error = await refusalOf(file);
    expect(error.code).toBe("STORE_UNAVAILABLE");
    expect(error.message).toContain(`Another hub (process ${pid}, started 20`);
    expect(error.message).toContain("MCP_HUB_DATA_DIR");
    expect(picture(file)).toEqual(before);
    await first.kill();
  });

  test("the same process cannot open it twice, and a failed try gives no lock away", async () => {
    const file = newFile();
    const open = await openSqliteStore({ file });
    expect((await refusalOf(file)).message).toContain("This process already uses");
    const other = startProcess(store.url, file, hold);
    expect(await other.next()).toMatchObject({ error: "STORE_UNAVAILABLE" });
    await other.kill();
    await open.commit(bringing(entry("a")));
    await open.close();
  });

  test("a killed process leaves no lock", async () => {
    const file = newFile();
    const first = startProcess(store.url, file, hold);
    await first.next();
    await first.kill();
    const next = await openSqliteStore({ file });
    await next.close();
  });

  test("a hub that is just stopping is waited for", async () => {
    const file = newFile();
    const leave = `setTimeout(() => store.close().then(() => process.exit()), 300);`;
    const first = startProcess(store.url, file, hold.replace(stay, leave));
    await first.next();
    const next = await openSqliteStore({ file });
    await next.close();
    await first.kill();
  });

  test("of many that start at once exactly one gets it", async () => {
    const file = newFile();
    const starting = Array.from({ length: 4 }, () => startProcess(store.url, file, hold));
    const said = await Promise.all(starting.map((one) => one.next()));
    expect(said.filter((one) => typeof one === "number")).toHaveLength(1);
    await Promise.all(starting.map((one) => one.kill()));
  });

  test("what was acknowledged before kill -9 is there, whole and in order", async () => {
    const file = newFile();
    let acknowledged = 0;
    for (let round = 0; round < 5; round += 1) {
      const writer = startProcess(
        store.url,
        file,
        `const store = await openSqliteStore({ file });
         const { lastSeq } = await store.load();
         for (let n = lastSeq + 1; ; n++) {
           await store.commit({ removed: [], snapshots: [],
             entries: [{ basedOn: undefined, record: { id: "s" + n, version: 1, text: "x".repeat(n % 9000) } }],
             events: [{ event: { kind: "forgotten", serverId: "s" + n, name: "", at: 1, reason: "removed" } }] });
           say(n);
           if (n % 20 === 0) await new Promise(setImmediate);
         }`,
      );
      const stopAt = acknowledged + 20 + round * 31;
      while (acknowledged < stopAt) acknowledged = Number(await writer.next());
      await writer.kill();
      for (;;) {
        const rest = await writer.next().catch(() => undefined);
        if (rest === undefined) break;
        acknowledged = Number(rest);
      }
      const after = await openSqliteStore({ file });
      const { entries, lastSeq } = await after.load();
      expect(lastSeq).toBeGreaterThanOrEqual(acknowledged);
      expect(entries).toHaveLength(lastSeq);
      const seqs = (await after.journal({ order: "oldest-first", limit: 100_000 })).map(
        ({ seq }) => seq,
      );
      expect(seqs).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
      await after.close();
    }
  });
});
