import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const main = join(import.meta.dirname, "../dist/main.js");

const server = createServer();
let holder: Socket;
let nobody: string;

/** Nobody listens, or comes to listen, on the port from which a connection comes that is there all the time. */
beforeAll(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  holder = connect((server.address() as AddressInfo).port, "127.0.0.1"); // it listens on a port
  await once(holder, "connect");
  nobody = `http://127.0.0.1:${holder.localPort}`;
});
afterAll(() => {
  holder.destroy();
  server.close();
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
