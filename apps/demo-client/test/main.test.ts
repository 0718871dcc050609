import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";

const main = join(import.meta.dirname, "../dist/main.js");

let nobody: string;
beforeAll(async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  nobody = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  await new Promise((resolve) => server.close(resolve));
});

// What it says when all is well is told by the demo's own test.
function run(...args: readonly string[]) {
  const env = { ...process.env, MCP_HUB_URL: nobody };
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
}

test("without a hub the client says so in one line", () => {
  const { status, stdout, stderr } = run("--tool", "greet1");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(`The hub at ${nobody} cannot be reached (ECONNREFUSED)\n`);
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
