import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { HubClient } from "./hub-client.js";
import type { HubClientOptions } from "./hub-requests.js";

let server: Server | undefined;
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-token-"));
afterEach(() => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A client of something that takes one token, and what was sent to it. */
async function clientOf(taken: () => string, options: HubClientOptions = {}) {
  const sent: unknown[] = [];
  server = createServer(({ headers }, response) => {
    sent.push(headers.authorization);
    const isTaken = headers.authorization === `Bearer ${taken()}`;
    const body = isTaken
      ? { name: "mcp-hub", version: "1", startedAt: "", pid: 1 }
      : { code: "UNAUTHENTICATED", detail: "No." };
    response.writeHead(isTaken ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // A TCP server has no other kind.
  return { hub: new HubClient({ url: `http://127.0.0.1:${port}`, ...options }), sent };
}

test("a function is asked before each request", async () => {
  let now = 0;
  const { hub, sent } = await clientOf(() => `t${now}`, {
    token: async () => {
      now += 1;
      return `t${now}`;
    },
  });
  await hub.version();
  await hub.version();
  expect(sent).toEqual(["Bearer t1", "Bearer t2"]);
});

test("a function that says another token after a refusal is believed once", async () => {
  const said = ["old", "new", "new", "new"];
  const { hub, sent } = await clientOf(() => "new", { token: () => said.shift() });
  await hub.version();
  expect(sent).toEqual(["Bearer old", "Bearer new"]);
  await hub.version();
  expect(sent).toHaveLength(3);
});

test("a token that is refused is sent once, whatever says it", async () => {
  for (const token of ["old", () => "old"]) {
    const { hub, sent } = await clientOf(() => "new", { token });
    await expect(hub.version()).rejects.toMatchObject({ status: 401 });
    expect(sent).toEqual(["Bearer old"]);
  }
});

test("the file that MCP_HUB_TOKEN_FILE names is read whenever it is needed", async () => {
  const file = join(mkdtempSync(`${folder}-`), "token");
  vi.stubEnv("MCP_HUB_TOKEN_FILE", file);
  const { hub, sent } = await clientOf(() => "second");
  await expect(hub.version()).rejects.toMatchObject({
    status: 0,
    code: "NO_TOKEN",
    detail: expect.stringMatching(`MCP_HUB_TOKEN_FILE: ENOENT.*${file}`),
  });
  writeFileSync(file, "first\n");
  await expect(hub.version()).rejects.toMatchObject({ status: 401 });
  writeFileSync(file, "second\n");
  await hub.version();
  expect(sent).toEqual(["Bearer first", "Bearer second"]);
  vi.stubEnv("MCP_HUB_TOKEN", "second");
  writeFileSync(file, "third");
  await new HubClient({ url: hub.url }).version();
});

test("a function that never says anything costs no more than the time of a call", async () => {
  const { hub, sent } = await clientOf(() => "", {
    token: () => new Promise(() => {}),
    timeoutMs: 20,
  });
  await expect(hub.version()).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(sent).toEqual([]);
});
