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
  const http = new HubHttp(new URL(`https://127.0.0.1:${port}/mcp`), () => undefined, 20);
  const sending = http.send({
    ...{ method: "GET", headers: {}, isRepeatable: false, signal: new AbortController().signal },
  });
  await expect(sending).rejects.toThrow(NotReached);
  await expect(sending).rejects.toThrow("no connection came about in time");
  http.close();
});

/** A bridge in this process, with what it writes. */
function bridgeTo(port: number) {
  const input = new PassThrough();
  const output = new PassThrough();
  const seen = { written: "", notes: "" };
  output.on("data", (chunk) => {
    seen.written += chunk;
  });
  const note = (text: string) => {
    seen.notes += `${text}\n`;
  };
  const url = new URL(`http://127.0.0.1:${port}/mcp`);
  const ended = runBridge({ url, input, output, note, stopped: stop.signal });
  return { seen, ended, say: (text: string) => input.write(`${text}\n`) };
}

test("a call that is cancelled while the hub is away is not sent when it is back", async () => {
  const came: string[] = [];
  const http = createServer(async (request, response) => {
    const { id, method = "" } = await bodyOf(request);
    came.push(method);
    // A connection that is kept, and closed then, would leave open whether the call arrived.
    const headers = { "content-type": "application/json", connection: "close" };
    if (id === undefined)
      return void response.writeHead(request.method === "POST" ? 202 : 405, headers).end();
    const result =
      method === "initialize"
        ? { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: {} }
        : {};
    response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: "2.0", id, result }));
  });
  const port = await listening(http);
  const { seen, ended, say } = bridgeTo(port);
  const message = (more: object) => say(JSON.stringify({ jsonrpc: "2.0", ...more }));
  message({ id: 1, method: "initialize", params: { protocolVersion: "2025-11-25" } });
  message({ method: "notifications/initialized" });
  await until("the session", () => came.includes("notifications/initialized"));
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));

  message({ id: 2, method: "tools/call", params: { name: "pay", arguments: {} } });
  await until("the bridge to wait", () => seen.notes.includes("trying again"));
  message({ method: "notifications/cancelled", params: { requestId: 2 } });
  message({ id: 3, method: "tools/list" });
  await new Promise<void>((resolve) => http.listen(port, "127.0.0.1", resolve));
  await until("the answer to the next", () => seen.written.includes('"id":3,'));
  expect(came).not.toContain("tools/call");
  expect(came).not.toContain("notifications/cancelled");
  expect(seen.written).not.toContain('"id":2,');
  stop.abort();
  await ended;
});

test("an id of more digits than JavaScript keeps comes back as it was, and can be cancelled", async () => {
  const came: string[] = [];
  let isRefusing = false;
  const http = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    came.push(text);
    if (isRefusing) return void response.writeHead(503).end('{"detail":"Not now."}');
    if (text.includes("slow")) return;
    // As a server that parses and writes again does it.
    const { id } = JSON.parse(text);
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, result: { told: `of ${id}` } }));
  });
  const port = await listening(http);
  const { seen, ended, say } = bridgeTo(port);
  const call = (id: string, name: string) =>
    say(
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${JSON.stringify({ name, _meta: modernMeta<object>({ clientCapabilities: {} }) })}}`,
    );
  call("9007199254740993", "quick");
  await until("the answer", () => seen.written.includes('"id":9007199254740993,'));
  isRefusing = true;
  call("9007199254740995", "refused");
  await until("the refusal", () => seen.written.includes('"id":9007199254740995,"error"'));
  isRefusing = false;
  call("9007199254740997", "slow");
  call("9007199254740996", "slow");
  await until("both calls", () => came.filter((one) => one.includes("slow")).length === 2);
  say(
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9007199254740997}}',
  );
  http.closeAllConnections();
  await until("the other's end", () => seen.written.includes('"id":9007199254740996,"error"'));
  expect(seen.written).not.toContain("9007199254740997");
  stop.abort();
  await ended;
});
