import * as fs from "node:fs";
import { dirname, join } from "node:path";
import {
  BudgetBook,
  type CapabilitySnapshot,
  createSnapshot,
  flappingOf,
  Registry,
  registrationSchema,
} from "@hub/core";
import { defaultBudgets } from "@hub/core/limits";
import { diffSnapshots } from "@hub/core/storage";
import { afterEach, describe, expect, test } from "vitest";
import { checksumOf } from "./checksum.js";
import { Connection } from "./connection.js";
import { migrate } from "./migrations.js";
import { openSqliteStore } from "./open-sqlite-store.js";
import { changeKey, entryKey, eventKey } from "./rows.js";
import { entry, sizeOfFolder } from "./test-files.js";
import { newFolder } from "./test-process.js";

const mib = 1024 * 1024;
const folders: string[] = [];

function newFile(): string {
  const folder = newFolder();
  folders.push(folder);
  return join(folder, "hub.db");
}

afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

/** About 3.5 MB of tools, others for each mark. */
const large = (mark: string): CapabilitySnapshot =>
  createSnapshot(
    {
      era: "modern",
      protocolVersion: "2026-07-28",
      serverInfo: {},
      capabilities: { tools: {} },
      tools: Array.from({ length: 35 }, (_, index) => ({
        name: `tool${index}`,
        description: `${mark} ${"x".repeat(100_000)}`,
      })),
      resources: [],
      resourceTemplates: [],
      prompts: [],
    },
    // Only equality counts here.
    (text) => `${text.length} ${text.slice(0, 60)}`,
  );

/** A file as the hub before wrote it, with so many steps of 7 MB and some small ones. */
function writeOldFile(file: string, steps: number): void {
  const connection = new Connection(file);
  migrate(connection, 3);
  const record = JSON.stringify(entry("a"));
  connection
    .prepare("INSERT INTO entries VALUES (?, ?, ?, ?)")
    .run(["a", 1, record, checksumOf(entryKey("a", 1), record)]);
  const addChange = connection.prepare("INSERT INTO changes VALUES (?, ?, ?, ?)");
  const addEvent = connection.prepare("INSERT INTO journal VALUES (?, ?, ?, ?, ?)");
  const kind = "capabilities-changed";
  const sides = [large("one"), large("two")] as const;
  for (let seq = 1; seq <= steps; seq += 1) {
    const [before, after] = seq % 2 === 0 ? [sides[0], sides[1]] : [sides[1], sides[0]];
    const changes = diffSnapshots(before, after).slice(0, seq % 3 === 0 ? 1 : undefined);
    const said = { serverId: "a", seq, at: seq, hash: after.hash, previousHash: before.hash };
    const text = JSON.stringify({ ...said, changes });
    addChange.run([seq, "a", text, checksumOf(changeKey(seq, "a"), text)]);
    const event = JSON.stringify({ kind, serverId: "a", name: "a", at: seq });
    addEvent.run([seq, "a", kind, event, checksumOf(eventKey(seq, "a", kind), event)]);
  }
  connection.close();
}

describe("histories in the file", () => {
  test("those of a hub that kept everything are trimmed to the newest steps, and the disk gets its room back", async () => {
    const file = newFile();
    writeOldFile(file, 12);
    expect(fs.statSync(file).size).toBeGreaterThan(40 * mib);
    const budgets = new BudgetBook();
    const store = await openSqliteStore({ file, budgets });
    const { changes, hasMore } = await store.changes("a", { limit: 1_000 });
    expect(hasMore).toBe(false);
    expect(changes.map(({ seq }) => seq)).toEqual(
      Array.from({ length: changes.length }, (_, index) => 12 - index),
    );
    expect(changes.length).toBeGreaterThan(5);
    const [newest] = changes;
    expect(newest?.items.map(({ key }) => key)).toEqual(["tool0"]);
    expect(newest?.items[0]?.after?.hash).toBe(large("two").tools[0]?.hash);
    const use = budgets.report().find(({ name }) => name === "historyBytes");
    expect(use).toMatchObject({ by: "a" });
    expect(use?.used).toBeLessThanOrEqual(defaultBudgets.historyBytes);
    expect((await store.load()).entries).toHaveLength(1);
    expect(await store.journal({ order: "oldest-first", limit: 100 })).toHaveLength(12);
    await store.close();
    expect(fs.statSync(file).size).toBeLessThan(2 * mib);
    const again = await openSqliteStore({ file });
    expect((await again.changes("a", { limit: 1_000 })).changes).toEqual(changes);
    await again.close();
  });

  test("a server that flips 3.5 MB of tools each second takes less than 64 MB of disk in an hour", async () => {
    const file = newFile();
    const store = await openSqliteStore({ file });
    const clock = { now: 0, wall: () => 1_790_000_000_000 + clock.now, monotonic: () => clock.now };
    const registry = await Registry.open({
      store,
      clock,
      nothingListens: async () => false,
      newLeaseId: () => "lease",
    });
    const endpoint = "http://127.0.0.1:8002/mcp";
    await registry.register(
      registrationSchema.parse({ name: "a", endpoint, transport: "http", lease: {} }),
    );
    const sides = [large("one"), large("two")] as const;
    let largest = 0;
    for (let second = 0; second < 3_600; second += 1) {
      clock.now += 1_000;
      if (second % 10 === 0) registry.renew("lease", { capabilitiesHash: `${second}` });
      const asked = registry.saysItChanged("a") ? registry.takeProbes("a") : [];
      const snapshot = second % 2 === 0 ? sides[0] : sides[1];
      for (const task of [...asked, ...registry.takeDueProbes(10)])
        registry.recordProbe(task, {
          ok: true,
          endpoint,
          transport: "streamable-http",
          latencyMs: 1,
          needsToken: false,
          warnings: [],
          ...(task.full ? { snapshot } : {}),
        });
      if (second % 5 === 0) registry.sweep();
      await registry.drain();
      if (second < 60 || second % 60 === 0)
        largest = Math.max(largest, sizeOfFolder(dirname(file)));
    }
    expect(flappingOf(registry.get("a")?.pace)).toBeDefined();
    expect(largest).toBeLessThan(64 * mib);
    await store.close();
  });
});
