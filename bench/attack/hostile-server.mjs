// MCP servers that do what a scene tells them, in this process. What a scene does not say they do well.
import { createServer } from "node:http";
import { modern } from "../gateway/mcp.mjs";

const hints = { ttlMs: 0, cacheScope: "private", resultType: "complete" };
const json = { "content-type": "application/json" };

/** Listens on a loopback port of the system's choice. */
export async function serve(listener) {
  const sockets = new Set();
  const server = createServer(listener);
  server.keepAliveTimeout = 60_000;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    /** How many connections are open. */
    connections: () => sockets.size,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Writes server-sent events, and what only looks like them. */
export class Events {
  constructor(response) {
    this.response = response;
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
  }

  send(message) {
    this.response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
  }

  end(message) {
    this.send(message);
    this.response.end();
  }
}

/**
 * A listener that speaks MCP. `on` has, by method, what is not as usual: a function of the exchange whose
 * result is the answer; undefined says that it answers by itself. `on.GET` and `on.response` are for
 * streams and for answers to what the server asked.
 */
export function mcp({ era = modern, name = "attack", capabilities = { tools: {} }, on = {} } = {}) {
  const serverInfo = { name, version: "1.0.0" };
  const usual = {
    initialize: ({ message }) => ({
      protocolVersion: message.params?.protocolVersion,
      capabilities,
      serverInfo,
    }),
    "server/discover": () => ({
      supportedVersions: [modern],
      capabilities,
      _meta: { "io.modelcontextprotocol/serverInfo": serverInfo },
    }),
    "tools/list": () => ({ tools: [{ name: "echo", inputSchema: { type: "object" } }] }),
    "tools/call": () => text("hello"),
    "resources/list": () => ({ resources: [] }),
    "resources/templates/list": () => ({ resourceTemplates: [] }),
    "prompts/list": () => ({ prompts: [] }),
    "logging/setLevel": () => ({}),
    ping: () => ({}),
  };
  let sessions = 0;

  async function answer(exchange) {
    const { message, response } = exchange;
    const { id, method } = message;
    if (method === undefined || id === undefined) {
      on[method ?? "response"]?.(exchange);
      if (!response.headersSent) response.writeHead(202).end();
      return;
    }
    const isForeign = method === (era === modern ? "initialize" : "server/discover");
    const handler = isForeign ? undefined : (on[method] ?? usual[method]);
    if (handler === undefined) {
      const error = { code: -32_601, message: `Method not found: ${method}` };
      response.writeHead(isForeign ? 400 : 200, json);
      response.end(JSON.stringify({ jsonrpc: "2.0", id, error }));
      return;
    }
    const result = await handler(exchange);
    if (result === undefined || response.headersSent) return;
    sessions += 1;
    const isOpening = method === "initialize" && response.getHeader("mcp-session-id") === undefined;
    if (isOpening) response.setHeader("mcp-session-id", `session-${sessions}`);
    const written = typeof result === "string" ? result : JSON.stringify(complete(result, era));
    response.writeHead(200, json);
    response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${written}}`);
  }

  return async (request, response) => {
    response.on("error", () => undefined);
    const pieces = [];
    try {
      for await (const piece of request) pieces.push(piece);
    } catch {
      return;
    }
    const body = Buffer.concat(pieces).toString();
    on.any?.({ request, body });
    if (request.method !== "POST") {
      if (on[request.method] !== undefined) on[request.method]({ request, response });
      else response.writeHead(request.method === "DELETE" ? 200 : 405).end();
      return;
    }
    await answer({ request, response, body, message: JSON.parse(body) });
  };
}

const complete = (result, era) => (era === modern ? { ...hints, ...result } : result);

export const text = (value) => ({ content: [{ type: "text", text: value }] });

/** The result of `tools/list` as ready JSON: so many tools of so many bytes, marked so that no two marks agree. */
export function longList({ tools, bytesEach, mark }) {
  const filler = "abcdefgh ".repeat(Math.ceil(bytesEach / 9)).slice(0, bytesEach);
  const items = Array.from({ length: tools }, (_, index) => ({
    name: `tool_${index}`,
    description: `${mark} ${index} ${filler}`,
    inputSchema: { type: "object" },
  }));
  return JSON.stringify({ tools: items, ...hints });
}
