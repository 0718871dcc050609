import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HubProcess, Program, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { runInProcess } from "../apps/hub/test/support/in-process.js";

const root = join(import.meta.dirname, "..");
const program = join(root, "apps/hub/dist/main.js");
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-backup-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startHub(): Promise<HubProcess> {
  const hub = await HubProcess.start();
  cleanups.push(() => hub.stop());
  return hub;
}

test("a hub that is started on a backup has what was acknowledged before it, though the other one went on", async () => {
  const hub = await startHub();
  const acknowledged: string[] = [];
  let isDone = false;
  const registering = (async () => {
    for (let number = 1; number <= 400 && !isDone; number += 1) {
      const name = `Server ${number}`;
      const answer = await hub.register({
        name,
        transport: "http",
        endpoint: `http://localhost:9/${number}`,
      });
      if (answer.status === 201) acknowledged.push(name);
    }
  })();
  const toolset = await fetch(`${hub.url}/toolsets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Mine", servers: ["server-1"] }),
  });
  expect(toolset.status).toBe(201);
  await until("50 registrations", () => acknowledged.length >= 50);
  const before = [...acknowledged];
  const folder = join(temporaryFolder(), "copy");
  const backup = new Program(process.execPath, [program, "backup", folder], {
    MCP_HUB_DATA_DIR: hub.dataDir,
  });
  expect(await backup.ended).toEqual({ code: 0, signal: null });
  isDone = true;
  await registering;
  expect(backup.output).toMatch(/\d+ servers, 1 toolset, \d+ bytes/);
  expect((await fetch(`${hub.url}/readyz`)).status).toBe(200);

  // As the guide says: stop a hub, put the files into its empty data directory, start it.
  const restored = await startHub();
  await restored.program.kill("SIGTERM");
  rmSync(restored.dataDir, { recursive: true });
  cpSync(folder, restored.dataDir, { recursive: true });
  await restored.restart();
  const names = new Set((await restored.servers()).map(({ name }) => name));
  expect(before.filter((name) => !names.has(name))).toEqual([]);
  expect([...names].filter((name) => !acknowledged.includes(name))).toEqual([]);
  expect((await fetch(`${restored.url}/toolsets/mine`)).status).toBe(200);
  expect(restored.program.output).not.toContain("data-loss");
});

test("npm run backup takes a folder from where it was typed, and one that is there is refused", async () => {
  const hub = await startHub();
  const typedIn = temporaryFolder();
  const data = { MCP_HUB_DATA_DIR: hub.dataDir };
  const words = ["--prefix", root, "run", "backup", "--", "copy"];
  const typed = new Program("npm", words, data, typedIn);
  expect([await typed.ended, typed.output]).toMatchObject([{ code: 0 }, expect.any(String)]);
  expect(typed.output).toContain(join(typedIn, "copy"));
  const again = await runInProcess(["backup", "copy"], { environment: data, folder: typedIn });
  expect(again).toMatchObject({ code: 1, err: expect.stringContaining("is there already") });
});

test("a backup with a misspelt variable copies nothing and says why", async () => {
  const to = join(temporaryFolder(), "x");
  const environment = { MCP_HUB_DATADIR: temporaryFolder() };
  const slip = await runInProcess(["backup", to], { environment });
  expect(slip.code).toBe(1);
  expect(slip.err).toContain("The nearest setting is MCP_HUB_DATA_DIR");
  expect(slip.err).toContain("Nothing was backed up");
  expect(existsSync(to)).toBe(false);
});

test("a backup of a folder without data says what to name, and an option it does not know is said", async () => {
  const environment = { MCP_HUB_DATA_DIR: temporaryFolder() };
  const nothing = await runInProcess(["backup", join(temporaryFolder(), "x")], { environment });
  expect(nothing).toMatchObject({ code: 1, err: expect.stringContaining("MCP_HUB_DATA_DIR") });
  const wrong = await runInProcess(["backup", "a", "b"]);
  expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('does not know "b"') });
});
