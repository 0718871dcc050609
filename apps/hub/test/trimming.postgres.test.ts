import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHub } from "@hub/server";
import { openPostgresStore } from "@hub/store-postgres";
import { Postgres, until } from "@hub/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

let postgres: Postgres;
const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-trimming-"));

beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(async () => {
  await postgres.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("a hub on Postgres trims all that is too old, by a clock that has fractions", async () => {
  const url = await postgres.newDatabase();
  const warnings: string[] = [];
  const warn = (event: string, fields?: object) =>
    void warnings.push(`${event} ${JSON.stringify(fields)}`);
  const nothing = () => {};
  const store = await openPostgresStore({ url });
  const old = { kind: "minute", serverId: "orders", item: "", at: 60_000 } as const;
  await store.series.put([{ ...old, value: { calls: 1 } }]);
  let readings = 0;
  const startedAt = Date.now();
  const hub = await startHub({
    config: { port: 0, dataDir },
    store: () => openPostgresStore({ url }),
    log: { debug: nothing, info: nothing, warn, error: warn },
    clock: {
      monotonic: () => performance.now(),
      // It has jumped ahead after the start, so that the hub goes by the other.
      wall: () => startedAt + 1_000 * readings++,
    },
  });
  // What is last of what is trimmed.
  await until(
    () => `the old row to go; the log says ${warnings.join("\n")}`,
    async () => warnings.length > 0 || (await store.series.get([old])).length === 0,
  );
  expect(warnings.filter((line) => line.startsWith("not-trimmed"))).toEqual([]);
  expect(await store.series.get([old])).toEqual([]);
  await hub.stop();
  await store.close();
});
