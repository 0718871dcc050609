import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { PassThrough, Writable } from "node:stream";
import { modernMeta } from "@hub/mcp";
import { until } from "@hub/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HubHttp, NotReached } from "../src/stdio-bridge/hub-http.js";
import { runBridge } from "../src/stdio-bridge/run-bridge.js";

const servers: Server[] = [];
let stop: AbortController;

beforeEach(() => {
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<{ id?: number; method?: string }> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

test("what the client says while its session is opened again waits until the hub knows all of it", async () => {
  const seen: string[] = [];
  let sessions = 0;
  let letInitializedIn = () => {};
  const http = createServer(async (request, response) => {
    const { id, method = "" } = await bodyOf(request);
    const session = String(request.headers["mcp-session-id"]);
    if (request.method !== "POST") return void response.writeHead(405).end();
    const json = (result: object) =>
      response
        .writeHead(200, { "content-type": "application/json", "mcp-session-id": `s${sessions}` })
        .end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    if (method === "initialize") {
      sessions += 1;
      return void json({ protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} });
    }
    // The first session is forgotten as soon as it is used.
    if (session === "s1" && method === "tools/list") return void response.writeHead(404).end();
    seen.push(`${session} ${method}`);
    if (id !== undefined) return void json({ tools: [] });
    if (session === "s2")
      await new Promise<void>((resolve) => {
        letInitializedIn = resolve;
      });
    response.writeHead(202).end();
  });
  const port = await listening(http);
  const input = new PassThrough();
  const output = new PassThrough();
  let written = "";
  output.on("data", (chunk) => {
    written += chunk;
  });
  const running = runBridge({
    ...{ url: new URL(`http://127.0.0.1:${port}/mcp`), input, output, note: () => {} },
    stopped: stop.signal,
  });
  const say = (message: object) =>
    input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  say({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } });
  say({ method: "notifications/initialized" });
  say({ id: 2, method: "tools/list" });
  await until("the second session", () => seen.includes("s2 notifications/initialized"));
  say({ id: 3, method: "prompts/list" });
  say({ id: 4, method: "ping" });
  // A request of the other era, which has no session, overtakes them.
  const _meta = modernMeta<object>({ clientCapabilities: {} });
  say({ id: 5, method: "server/discover", params: { _meta } });
  await until("the answer without a session", () => written.includes('"id":5,'));
  const before = [...seen];
  letInitializedIn();
  await until("all answers", () => [2, 3, 4].every((id) => written.includes(`"id":${id},`)));
  expect(before).toEqual([
    "s1 notifications/initialized",
    "s2 notifications/initialized",
    "undefined server/discover",
  ]);
  expect(seen.slice(3).sort()).toEqual(["s2 ping", "s2 prompts/list", "s2 tools/list"]);
  stop.abort();
  await running;
});

test("a bridge that is asked to end does so although its client does not read", async () => {
  const output = new Writable({ highWaterMark: 1, write: () => {} });
  await runBridge({
    ...{ url: new URL("http://127.0.0.1:1/mcp"), input: new PassThrough(), output },
    ...{ note: () => {}, stopped: AbortSignal.abort() },
  });
});

test("a hub whose connection never comes about was not reached", async () => {
  // It takes connections, and says nothing of TLS.
  const port = await listening(createTcpServer((socket) => socket.on("error", () => {}).resume()));
  const http = new HubHttp(new URL(`https://127.0.0.1:${port}/mcp`), undefined, 20);
  const sending = http.send({
    ...{ method: "GET", headers: {}, isRepeatable: false, signal: new AbortController().signal },
  });
  await expect(sending).rejects.toThrow(NotReached);
  await expect(sending).rejects.toThrow("no connection came about in time");
  http.close();
});
