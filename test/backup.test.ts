import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HubProcess, Program } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

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
  while (acknowledged.length < 50) await new Promise(setImmediate);
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

test("npm run backup takes a folder from where it was typed, and refuses one that is there", async () => {
  const hub = await startHub();
  const typedIn = temporaryFolder();
  const backUp = () =>
    new Program(
      "npm",
      ["--prefix", root, "run", "backup", "--", "copy"],
      { MCP_HUB_DATA_DIR: hub.dataDir },
      typedIn,
    );
  const first = backUp();
  expect([await first.ended, first.output]).toMatchObject([{ code: 0 }, expect.any(String)]);
  expect(first.output).toContain(join(typedIn, "copy"));
  const second = backUp();
  expect((await second.ended).code).toBe(1);
  expect(second.output).toContain("is there already");
});

test("a backup with a misspelt variable copies nothing and says why", async () => {
  const to = join(temporaryFolder(), "x");
  const slip = new Program(process.execPath, [program, "backup", to], {
    MCP_HUB_DATADIR: temporaryFolder(),
  });
  expect((await slip.ended).code).toBe(1);
  expect(slip.output).toContain("The nearest setting is MCP_HUB_DATA_DIR");
  expect(slip.output).toContain("Nothing was backed up");
  expect(existsSync(to)).toBe(false);
});

test("a backup of a folder without data says what to name, and an option it does not know is said", async () => {
  const nothing = new Program(process.execPath, [program, "backup", join(temporaryFolder(), "x")], {
    MCP_HUB_DATA_DIR: temporaryFolder(),
  });
  expect((await nothing.ended).code).toBe(1);
  expect(nothing.output).toContain("MCP_HUB_DATA_DIR");
  const wrong = new Program(process.execPath, [program, "backup", "a", "b"]);
  expect((await wrong.ended).code).toBe(2);
  expect(wrong.output).toContain('does not know "b"');
});
