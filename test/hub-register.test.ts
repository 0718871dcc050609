import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Program } from "@hub/testing";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

test("npm run hub-register finds and runs the command in the folder where it was typed", async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "mcp-hub-typed-")));
  writeFileSync(
    join(folder, "command.mjs"),
    'console.error("runs in", process.cwd()); process.exit(3);',
  );
  const wrapped = new Program(
    "npm",
    ["--prefix", root, "run", "hub-register", "--", "--", process.execPath, "command.mjs"],
    { MCP_HUB_URL: "http://127.0.0.1:1" },
    folder,
  );
  expect((await wrapped.ended).code).toBe(3);
  expect(wrapped.output).toContain(`runs in ${folder}`);
  rmSync(folder, { recursive: true, force: true });
});
