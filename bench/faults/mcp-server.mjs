// A server of either revision with one tool, `echo`, which gives back its arguments; or with a second one, `ask`, of
// the 2025 revisions only, which asks its client in the middle of the call and gives back what it said.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

const echo = { name: "echo", inputSchema: { type: "object" } };
const ask = { ...echo, name: "ask" };
const question = {
  message: "Which word?",
  requestedSchema: { type: "object", properties: { word: { type: "string" } } },
};
const complete = { resultType: "complete" };

function send(response, status, message, headers = {}) {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(message === undefined ? "" : JSON.stringify({ jsonrpc: "2.0", ...message }));
}

/** A server that does not listen yet. `era`: `modern` or `legacy`. */
export function createMcpServer(name, era, { asks = false } = {}) {
  const tools = asks ? [echo, ask] : [echo];
  /** How those go on that wait for their clients, by the ids of their questions. */
  const asked = new Map();
  const info = { name, version: "1.0.0" };
  const sessions = new Set();
  const results = {
    "server/discover": () => ({
      ...complete,
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: {} },
      _meta: { "io.modelcontextprotocol/serverInfo": info },
      ttlMs: 60_000,
      cacheScope: "public",
    }),
    "tools/list": () => ({ ...complete, tools, ttlMs: 60_000, cacheScope: "public" }),
    "tools/call": ({ arguments: given }) => ({
      ...complete,
      content: [{ type: "text", text: JSON.stringify(given) }],
    }),
  };
  const askIn = (response, id) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const write = (message) =>
      response.write(`data: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
    const questionId = randomUUID();
    asked.set(questionId, (said) => {
      asked.delete(questionId);
      write({ id, result: { content: [{ type: "text", text: said?.content?.word ?? "" }] } });
      response.end();
    });
    write({ id: questionId, method: "elicitation/create", params: question });
  };
  const answer = (request, response, message) => {
    const { id, method, params } = message;
    const refuse = (status, code, message) =>
      send(response, status, { id: id ?? null, error: { code, message } });
    if (era === "legacy") {
      if (method === "initialize") {
        const session = randomUUID();
        sessions.add(session);
        const { protocolVersion } = params;
        const result = { protocolVersion, capabilities: { tools: {} }, serverInfo: info };
        return send(response, 200, { id, result }, { "mcp-session-id": session });
      }
      if (method === "server/discover") return refuse(400, -32_000, "No session");
      if (!sessions.has(request.headers["mcp-session-id"]))
        return refuse(404, -32_001, "Session not found");
      if (method === undefined) asked.get(id)?.(message.result);
      if (id === undefined || method === undefined) return send(response, 202);
      if (params?.name === ask.name) return askIn(response, id);
    }
    const result = results[method];
    if (result === undefined) return refuse(404, -32_601, `Unknown method ${method}`);
    return send(response, 200, { id, result: result(params) });
  };
  const server = createServer((request, response) => {
    if (request.method !== "POST") {
      if (request.method === "DELETE") sessions.delete(request.headers["mcp-session-id"]);
      send(response, request.method === "DELETE" ? 200 : 405);
      return;
    }
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => answer(request, response, JSON.parse(Buffer.concat(pieces))));
  });
  server.keepAliveTimeout = 60_000;
  return server;
}
