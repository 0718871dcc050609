import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";
import { HubClient } from "./hub-client.js";
import type { HubClientError } from "./hub-client-error.js";

let server: Server | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  server?.closeAllConnections();
  await new Promise((resolve) =>
    server === undefined ? resolve(undefined) : server.close(resolve),
  );
  server = undefined;
});

async function clientOf(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  options: { token?: string; timeoutMs?: number } = {},
): Promise<HubClient> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return new HubClient({
    url: `127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    ...options,
  });
}

const json =
  (status: number, body: unknown, headers = {}) =>
  (_: IncomingMessage, response: ServerResponse) =>
    void response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));

const registration = { name: "n", transport: "streamable-http", endpoint: "http://x/mcp" };
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: HubClientError) => error,
  );

test("registers with the token and reads the answer", async () => {
  const seen: unknown[] = [];
  const hub = await clientOf(
    async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      seen.push([request.method, request.url, request.headers.authorization, JSON.parse(body)]);
      const lease = { id: "l", ttlMs: 30_000, heartbeatMs: 10_000 };
      json(201, { server: { id: "n" }, instance: { id: "i" }, lease })(request, response);
    },
    { token: "t" },
  );
  expect((await hub.register(registration)).lease?.id).toBe("l");
  expect(seen).toEqual([["POST", "/register", "Bearer t", registration]]);
});

test("proof of ownership travels in a header of its own, whatever its letters are, and the token in Authorization", async () => {
  const seen: unknown[] = [];
  const hub = await clientOf(
    (request, response) => {
      const { "mcp-hub-proof": proof, authorization } = request.headers;
      const sent = typeof proof === "string" ? Buffer.from(proof, "latin1").toString() : proof;
      seen.push([request.method, request.url, sent, authorization]);
      const isRemoval = request.method === "DELETE";
      if (isRemoval) response.writeHead(204).end();
      else json(200, { server: { id: "n" }, instance: { id: "i" } })(request, response);
    },
    { token: "t" },
  );
  await hub.register(registration, undefined, "lease");
  await hub.register(registration);
  await hub.remove("a b", "clé 🔑");
  await hub.remove("a");
  expect(seen).toEqual([
    ["POST", "/register", "lease", "Bearer t"],
    ["POST", "/register", undefined, "Bearer t"],
    ["DELETE", "/servers/a%20b", "clé 🔑", "Bearer t"],
    ["DELETE", "/servers/a", undefined, "Bearer t"],
  ]);
});

test("what the hub says in milliseconds goes before its Retry-After in seconds", async () => {
  const hub = await clientOf((_request, response) =>
    response
      .writeHead(409, { "content-type": "application/problem+json", "retry-after": "1" })
      .end(JSON.stringify({ code: "NAME_TAKEN", detail: "Held.", retryAfterMs: 1_666 })),
  );
  expect(await hub.register(registration).catch((error: unknown) => error)).toMatchObject({
    code: "NAME_TAKEN",
    retryAfterMs: 1_666,
  });
});

test("a query becomes parameters", async () => {
  const hub = await clientOf((request, response) =>
    json(200, { servers: [], nextCursor: request.url })(request, response),
  );
  expect((await hub.servers({ q: "a b", limit: 3 })).nextCursor).toBe("/servers?q=a+b&limit=3");
  expect((await hub.servers()).nextCursor).toBe("/servers");
});

test("lists in a query become parameters that come several times", async () => {
  const asked: unknown[] = [];
  const hub = await clientOf((request, response) => {
    asked.push(request.url);
    json(200, { servers: [], tools: [] })(request, response);
  });
  await hub.servers({ tag: ["a", "b c"], status: ["up", "degraded"], hidden: true });
  await hub.servers({ tag: "a", status: [] });
  await hub.tools({ q: "x", status: ["up", "down"], hidden: false });
  expect(asked).toEqual([
    "/servers?tag=a&tag=b+c&status=up&status=degraded&hidden=true",
    "/servers?tag=a",
    "/tools?q=x&status=up&status=down&hidden=false",
  ]);
});

const detail = {
  id: "a b",
  name: "A B",
  tags: [],
  transport: "streamable-http",
  endpoint: "http://x/mcp",
  status: "up",
  instances: [],
  warnings: [],
  etag: '"2-x"',
};

test("edits a server on what it was seen as, and removes one by force", async () => {
  const asked: unknown[] = [];
  const hub = await clientOf(async (request, response) => {
    const body = await text(request);
    asked.push([request.method, request.url, request.headers["if-match"], body]);
    if (request.method === "DELETE") response.writeHead(204).end();
    else json(200, detail)(request, response);
  });
  const { etag } = await hub.edit("a b", { title: "Better", hidden: null }, '"1-x"');
  expect(etag).toBe('"2-x"');
  await hub.edit("a b", { maxInFlight: 2 });
  await hub.removeByForce("a b");
  expect(asked).toEqual([
    ["PATCH", "/servers/a%20b", '"1-x"', '{"title":"Better","hidden":null}'],
    ["PATCH", "/servers/a%20b", undefined, '{"maxInFlight":2}'],
    ["DELETE", "/servers/a%20b?force=true", undefined, ""],
  ]);
});

test("finds tools and goes on from page to page", async () => {
  const tool = {
    serverId: "w",
    serverName: "Weather",
    serverStatus: "up",
    serverEndpoint: "http://127.0.0.1:8002/mcp",
    name: "forecast",
    title: "Forecast",
    hash: "h",
    score: 1.5,
    definition: { name: "forecast", title: "Forecast", inputSchema: { type: "object" } },
  };
  const asked: unknown[] = [];
  const hub = await clientOf((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const page = asked.length === 1 ? { tools: [tool], nextCursor: "1" } : { tools: [] };
    json(200, page)(request, response);
  });
  const first = await hub.tools({ q: "rain & snow", limit: 1 });
  expect(first.tools).toEqual([tool]);
  expect(first.tools[0]?.definition.name).toBe("forecast");
  expect(await hub.tools({ q: "rain & snow", limit: 1, cursor: first.nextCursor })).toEqual({
    tools: [],
  });
  await hub.tools();
  expect(asked).toEqual([
    "GET /tools?q=rain+%26+snow&limit=1",
    "GET /tools?q=rain+%26+snow&limit=1&cursor=1",
    "GET /tools",
  ]);
});

test("lists the tools of one server, or rejects when there is no such server", async () => {
  const answer = { snapshot: { hash: "s" }, tools: [{ name: "add" }], hashes: { add: "h" } };
  const hub = await clientOf((request, response) =>
    request.url === "/servers/a%2Fb/tools"
      ? json(200, answer)(request, response)
      : json(404, { code: "SERVER_NOT_FOUND", detail: "No such server" })(request, response),
  );
  expect(await hub.serverTools("a/b")).toEqual(answer);
  expect(await failureOf(hub.serverTools("x"))).toMatchObject({ code: "SERVER_NOT_FOUND" });
});

test("of several hubs in MCP_HUB_URL or `url` it asks the first", () => {
  vi.stubEnv("MCP_HUB_URL", "hub-a:8001/mcp, http://hub-b:8001");
  expect(new HubClient().url).toBe("http://hub-a:8001");
  expect(new HubClient({ url: "http://hub-c,http://hub-d" }).url).toBe("http://hub-c");
  expect(() => new HubClient({ url: " , " })).toThrow("is empty");
});

test.each([429, 503])("Retry-After of a %i is read as seconds and as a date", async (status) => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString();
  const headers: (string | undefined)[] = ["7", inAMinute, "soon", undefined];
  const hub = await clientOf((request, response) => {
    const header = headers.shift();
    const sent = header === undefined ? {} : { "retry-after": header };
    json(status, { code: "BUSY", detail: "Later" }, sent)(request, response);
  });
  expect(await failureOf(hub.servers())).toMatchObject({ status, retryAfterMs: 7_000 });
  const { retryAfterMs } = (await failureOf(hub.servers())) ?? {};
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  expect(await failureOf(hub.servers())).toMatchObject({ retryAfterMs: undefined });
  expect(await failureOf(hub.servers())).toMatchObject({ retryAfterMs: undefined });
});

test("a problem document becomes one typed error", async () => {
  const hub = await clientOf(
    json(409, { code: "NAME_TAKEN", detail: "Held by b" }, { "retry-after": "7" }),
  );
  expect(await failureOf(hub.register(registration))).toMatchObject({
    status: 409,
    code: "NAME_TAKEN",
    detail: "Held by b",
    retryAfterMs: 7_000,
  });
});

test("a lease the hub does not know is an error to renew and none to end", async () => {
  const hub = await clientOf(json(404, { code: "LEASE_UNKNOWN", detail: "Register again" }));
  expect(await failureOf(hub.renew("x"))).toMatchObject({ status: 404, code: "LEASE_UNKNOWN" });
  await hub.deregister("x");
});

test.each([
  ["a web page", (_: IncomingMessage, response: ServerResponse) => void response.end("<html>")],
  ["a 404 that is no problem document", json(404, { error: "nope" })],
  [
    "an MCP endpoint",
    json(400, { jsonrpc: "2.0", error: { code: -32000, message: "x" }, id: null }),
  ],
  ["another API", json(200, { hello: "world" })],
])("%s is told apart from a hub", async (_name, answer) => {
  const hub = await clientOf(answer);
  for (const call of [() => hub.register(registration), () => hub.servers()]) {
    const { code, detail } = (await failureOf(call())) ?? {};
    expect(code).toBe("NOT_A_HUB");
    expect(detail).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answers, but not as an MCP Hub \(.+\)\. /);
    expect(detail).toContain("MCP_HUB_URL must be the hub's own base URL");
  }
});

test("a proxy's own error page is no verdict on the hub", async () => {
  const hub = await clientOf((_, response) => void response.writeHead(502).end("<html>"));
  expect(await failureOf(hub.servers())).toMatchObject({ status: 502, code: "HTTP_ERROR" });
});

test("nothing there and no answer in time are told apart", async () => {
  const nobody = new HubClient({ url: "http://127.0.0.1:1" });
  expect(await failureOf(nobody.servers())).toMatchObject({ status: 0, code: "UNREACHABLE" });
  const silent = await clientOf(() => {}, { timeoutMs: 30 });
  expect(await failureOf(silent.servers())).toMatchObject({ status: 0, code: "TIMEOUT" });
});
