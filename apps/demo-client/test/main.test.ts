import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";

const main = join(import.meta.dirname, "../dist/main.js");

// What it says when all is well is told by the demo's own test.
function run(...args: readonly string[]) {
  // Port 9 is never a hub's.
  const env = { ...process.env, MCP_HUB_URL: "http://127.0.0.1:9" };
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
}

test("without a hub the client says so in one line", () => {
  const { status, stdout, stderr } = run("--tool", "greet1");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe("The hub at http://127.0.0.1:9 cannot be reached (ECONNREFUSED)\n");
});

test.each([
  [["--arguments", "[1]"], "JSON object"],
  [["--arguments", "{"], "JSON"],
  [["--unknown"], "--unknown"],
  [["one", "two"], "one server id"],
])("%j is explained with the usage", (args, reason) => {
  const { status, stderr } = run(...args);
  expect(status).toBe(1);
  expect(stderr).toContain(reason);
  expect(stderr).toContain("Usage: demo-client");
});
