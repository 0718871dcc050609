import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HubProcess, Postgres, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { runCommand } from "./support/run-command.js";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startHub(env: Readonly<Record<string, string>>): Promise<HubProcess> {
  const hub = await HubProcess.start(env);
  cleanups.push(() => hub.stop());
  return hub;
}

test("a running hub on Postgres is backed up, and what was acknowledged before comes back in Postgres and in a file", async () => {
  const postgres = await Postgres.start();
  cleanups.push(() => postgres.close());
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-backup-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const url = await postgres.newDatabase();
  const hub = await startHub({ DATABASE_URL: url });
  const acknowledged: string[] = [];
  let isDone = false;
  const registering = (async () => {
    for (let number = 1; number <= 400 && !isDone; number += 1) {
      const name = `Server ${number}`;
      const endpoint = `http://localhost:9/${number}`;
      const answer = await hub.register({ name, transport: "http", endpoint });
      if (answer.status === 201) acknowledged.push(name);
    }
  })();
  await until("50 registrations", () => acknowledged.length >= 50);
  const before = [...acknowledged];
  const file = join(folder, "monday.gz");
  const backup = await runCommand(["backup", file], { env: { DATABASE_URL: url } });
  expect(backup).toMatchObject({ code: 0, err: "" });
  isDone = true;
  await registering;

  const restoredNames = async (restored: HubProcess) => {
    const names = new Set((await restored.servers()).map(({ name }) => name));
    expect(before.filter((name) => !names.has(name))).toEqual([]);
    expect([...names].filter((name) => !acknowledged.includes(name))).toEqual([]);
  };
  const another = { DATABASE_URL: await postgres.newDatabase() };
  const there = await runCommand(["restore", file], { env: another });
  expect(there).toMatchObject({ code: 0, err: "" });
  await restoredNames(await startHub(another));

  const ofFile = await startHub({});
  await ofFile.program.kill("SIGTERM");
  rmSync(ofFile.dataDir, { recursive: true });
  const env = { MCP_HUB_DATA_DIR: ofFile.dataDir };
  expect(await runCommand(["restore", file], { env })).toMatchObject({ code: 0, err: "" });
  await ofFile.restart();
  await restoredNames(ofFile);
});
