import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createMcpHonoApp } from "@modelcontextprotocol/hono";
import { McpServer as V1Server } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { Hono } from "hono";
import { z } from "zod";
import { bodyOf, type RpcRequest, rpcOf, sendJson, serve, type TestServer } from "./http-server.js";

function v2Server(name: string) {
  const server = new McpServer({ name, version: "2.0.0" });
  server.registerTool(
    "greet",
    { description: "Greets", inputSchema: z.object({ name: z.string() }) },
    ({ name: who }) => ({ content: [{ type: "text", text: `Hello, ${who}` }] }),
  );
  server.registerResource("readme", "text://readme", {}, () => ({ contents: [] }));
  return server;
}

/** SDK v2, in both eras or the modern one only. */
export function serveV2(
  options: {
    readonly name?: string;
    readonly legacy?: "stateless" | "reject";
    readonly path?: string;
  } = {},
): Promise<TestServer> {
  const handler = createMcpHandler(() => v2Server(options.name ?? "weather"), {
    legacy: options.legacy ?? "stateless",
  });
  const app = new Hono();
  app.all(options.path ?? "/mcp", (context) => handler.fetch(context.req.raw));
  return serve(getRequestListener(app.fetch));
}

/** SDK v2 with its Host check for loopback, as `createMcpHonoApp` arms it. */
export function serveV2WithHostCheck(): Promise<TestServer> {
  const handler = createMcpHandler(() => v2Server("weather"));
  const app = createMcpHonoApp();
  app.all("/mcp", (context) => handler.fetch(context.req.raw));
  return serve(getRequestListener(app.fetch));
}

function v1Server(name: string) {
  const server = new V1Server({ name, version: "1.0.0" });
  server.registerTool("greet", { inputSchema: { name: z.string() } }, ({ name: who }) => ({
    content: [{ type: "text", text: `Hello, ${who}` }],
  }));
  server.registerPrompt("hello", {}, () => ({ messages: [] }));
  return server;
}

/** An SDK v1 instance handed to `createMcpHandler` of SDK v2: a mistake people make. */
export function serveV1InV2Handler(): Promise<TestServer> {
  const handler = createMcpHandler(() => v1Server("weather") as never); // the types refuse the mistake
  const app = new Hono();
  app.all("/mcp", (context) => handler.fetch(context.req.raw));
  return serve(getRequestListener(app.fetch));
}

export type V1Streamable = TestServer & { readonly sessions: ReadonlyMap<string, unknown> };

/** SDK v1 over streamable HTTP with sessions. */
export async function serveV1(
  options: { readonly name?: string; readonly path?: string } = {},
): Promise<V1Streamable> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const server = await serve(async (request, response) => {
    if (new URL(request.url ?? "", "http://x").pathname !== (options.path ?? "/mcp"))
      return void response.writeHead(404).end("Cannot POST");
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (known !== undefined) return known.handleRequest(request, response);
    const text = await bodyOf(request);
    const body: RpcRequest | undefined = text === "" ? undefined : JSON.parse(text);
    if (body?.method !== "initialize") {
      const error = { code: -32000, message: "Bad Request: No valid session ID provided" };
      return sendJson(response, 400, { jsonrpc: "2.0", error, id: null });
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (sessionId) => void sessions.set(sessionId, transport),
      onsessionclosed: (sessionId) => void sessions.delete(sessionId),
    });
    // Under exactOptionalPropertyTypes the SDK's own transport does not fit its own interface.
    await v1Server(options.name ?? "weather").connect(transport as never);
    await transport.handleRequest(request, response, body);
  });
  return Object.assign(server, { sessions });
}

/** SDK v1 over HTTP+SSE, at `/sse` unless said otherwise. */
export function serveV1Sse(path = "/sse"): Promise<TestServer> {
  const transports = new Map<string, SSEServerTransport>();
  return serve(async (request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    if (request.method === "GET" && url.pathname === path) {
      const transport = new SSEServerTransport("/messages", response);
      transports.set(transport.sessionId, transport);
      await v1Server("weather").connect(transport);
      return;
    }
    const transport = transports.get(url.searchParams.get("sessionId") ?? "");
    if (request.method === "POST" && url.pathname === "/messages" && transport !== undefined)
      return transport.handlePostMessage(request, response);
    response.writeHead(404).end();
  });
}

export type Answers = Readonly<Record<string, unknown>>;

/** A modern server that answers each method with a fixed result; what it does not know is an error. */
export function modern(
  results: (request: RpcRequest) => unknown | undefined,
  capabilities: Answers = { tools: {} },
): RequestListener {
  return async (request, response) => {
    const rpc = await rpcOf(request);
    const discovery = {
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities,
      ttlMs: 0,
      cacheScope: "private",
      _meta: { "io.modelcontextprotocol/serverInfo": { name: "weather", version: "1" } },
    };
    const result = rpc.method === "server/discover" ? discovery : results(rpc);
    sendJson(
      response,
      200,
      result === undefined
        ? { jsonrpc: "2.0", id: rpc.id, error: { code: -32601, message: "no such method" } }
        : { jsonrpc: "2.0", id: rpc.id, result },
    );
  };
}

/** What a server of the 2025 revisions says of itself. */
export type LegacyIntroduction = {
  /** Default: tools. */
  readonly capabilities?: unknown;
  /** Default: 2025-11-25. */
  readonly protocolVersion?: string;
  /** Default: it keeps no session. */
  readonly sessionId?: string;
};

/** A server of 2025 that answers each method with a fixed result; what it does not know is an error. */
export function legacy(
  results: (request: RpcRequest) => unknown | undefined,
  {
    capabilities = { tools: {} },
    protocolVersion = "2025-11-25",
    sessionId,
  }: LegacyIntroduction = {},
): RequestListener {
  const introduction = {
    protocolVersion,
    capabilities,
    serverInfo: { name: "weather", version: "1" },
  };
  return async (request, response) => {
    const rpc = await rpcOf(request);
    if (rpc.id === undefined) return void response.writeHead(202).end();
    const headers = sessionId === undefined ? {} : { "mcp-session-id": sessionId };
    const result = rpc.method === "initialize" ? introduction : results(rpc);
    const outcome =
      result === undefined ? { error: { code: -32601, message: "no such method" } } : { result };
    sendJson(response, 200, { jsonrpc: "2.0", id: rpc.id, ...outcome }, headers);
  };
}
