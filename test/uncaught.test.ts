import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort, Program, until } from "@hub/testing";
import { expect, test } from "vitest";

const hub = pathToFileURL(join(import.meta.dirname, "../apps/hub/dist/main.js")).href;

/** The hub's own program, in which a signal lets a timer and a promise fail that belong to no request. */
const failing = `
process.on("SIGUSR2", () => {
  setTimeout(() => { throw new Error("injected: a timer"); });
  setImmediate(() => { throw { toString() { throw new Error("it cannot even be shown"); } }; });
  Promise.reject(new Error("injected: a promise"));
});
await import(${JSON.stringify(hub)});
`;

test("what no boundary took is logged with an instance, and the hub lives on, a flood of it too", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "mcp-hub-uncaught-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = new Program(process.execPath, ["--input-type=module", "-e", failing], {
    LOG_FORMAT: "json",
    MCP_HUB_PORT: String(port),
    MCP_HUB_DATA_DIR: dataDir,
  });
  try {
    await program.saw('"event":"started"');
    const faults = () => program.output.match(/"event":"fault"/g)?.length ?? 0;
    program.child.kill("SIGUSR2");
    await until("three faults in the log", () => faults() === 3);
    expect(program.output).toContain("injected: a timer");
    expect(program.output).toContain("injected: a promise");
    expect(program.output).toMatch(/"event":"fault","instance":"urn:uuid:[0-9a-f-]{36}"/);
    for (let round = 1; round <= 20; round += 1) {
      program.child.kill("SIGUSR2");
      await fetch(`${url}/healthz`);
    }
    await until("as many as are told in a minute", () => faults() === 20);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(faults()).toBe(20);
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  } finally {
    program.child.kill("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  }
});
