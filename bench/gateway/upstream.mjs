// MCP servers written by hand, so that they cost next to nothing: any number of them on one port.
// `/modern/N/T/mcp` is server N with T tools beside its own, of the 2026-07-28 revision; `/legacy/N/T/mcp` one
// of 2025-11-25 with sessions. The message `{dead: N}` makes server N accept everything and answer nothing.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";

const results = new Map(
  [
    ["echo", "hello"],
    ["answer_64k", "x".repeat(64 * 1024)],
    ["answer_100k", "x".repeat(100 * 1024)],
  ].map(([name, text]) => [
    name,
    JSON.stringify({ content: [{ type: "text", text }], resultType: "complete" }),
  ]),
);

/** About 415 bytes, as a tool of a real server. */
function toolNumber(index) {
  return {
    name: `tool_${index}`,
    title: `Tool number ${index}`,
    description: `Does the useful thing number ${index}, with care and in good time, and says what came of it.`,
    inputSchema: {
      type: "object",
      properties: {
        city: { type: "string", description: "The city it is about" },
        days: { type: "integer", minimum: 1, maximum: 10, description: "How many days" },
      },
      required: ["city"],
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
}

const echoTools = [...results.keys(), "progress"].map((name) => ({
  name,
  description: "For the benchmark",
  inputSchema: { type: "object", properties: { text: { type: "string" } } },
}));

/** What a call of a tool answers; the numbered ones answer as `echo` does. */
function resultOf(name = "") {
  return results.get(name.startsWith("tool_") ? "echo" : name);
}

const lists = new Map();
/** The list of a server with that many tools; one with none has those that can be called. */
function listOf(count) {
  if (!lists.has(count)) {
    const tools = count === 0 ? echoTools : Array.from({ length: count }, (_, i) => toolNumber(i));
    const hints = { ttlMs: 60_000, cacheScope: "public", resultType: "complete" };
    lists.set(count, JSON.stringify({ tools, ...hints }));
  }
  return lists.get(count);
}

const info = { name: "bench", version: "1.0.0" };
const discovered = JSON.stringify({
  supportedVersions: ["2026-07-28"],
  capabilities: { tools: {} },
  _meta: { "io.modelcontextprotocol/serverInfo": info },
  ttlMs: 60_000,
  cacheScope: "public",
  resultType: "complete",
});
/** Older clients refuse a revision they have not asked for. */
const initialized = ({ protocolVersion = "2025-11-25" } = {}) =>
  JSON.stringify({ protocolVersion, capabilities: { tools: {} }, serverInfo: info });

function send(response, status, body, headers) {
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

const reply = (id, result) => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`;
const refusal = (id, code, message) =>
  JSON.stringify({ jsonrpc: "2.0", id: id ?? null, error: { code, message } });

/** Five notifications 20 ms apart, then the result. */
function streamProgress(response, { id, params }) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  const { progressToken } = params._meta;
  let progress = 0;
  const timer = setInterval(() => {
    progress += 1;
    const message = {
      jsonrpc: "2.0",
      method: "notifications/progress",
      params: { progressToken, progress, total: 5 },
    };
    response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
    if (progress < 5) return;
    clearInterval(timer);
    response.end(`event: message\ndata: ${reply(id, results.get("echo"))}\n\n`);
  }, 20);
  response.once("close", () => clearInterval(timer));
}

function answer(response, message, count) {
  const { id, method, params } = message;
  if (method === "tools/call" && params.name === "progress") {
    streamProgress(response, message);
    return;
  }
  const result = method === "tools/list" ? listOf(count) : resultOf(params?.name);
  if (result === undefined || (method !== "tools/list" && method !== "tools/call")) {
    send(response, 404, refusal(id, -32601, `Unknown method or tool: ${method}`));
    return;
  }
  send(response, 200, reply(id, result));
}

function answerModern(request, response, message, count) {
  const { id, method, params } = message;
  if (method === "server/discover") {
    send(response, 200, reply(id, discovered));
    return;
  }
  // A gateway that renames in the body and forgets the header would be quicker than is allowed.
  const name = params?.name;
  if (request.headers["mcp-method"] !== method || request.headers["mcp-name"] !== name) {
    send(response, 400, refusal(id, -32020, "The headers and the body name different things"));
    return;
  }
  answer(response, message, count);
}

const sessions = new Set();

function answerLegacy(request, response, message, count) {
  const session = request.headers["mcp-session-id"];
  if (message.method === "initialize") {
    const opened = randomUUID();
    sessions.add(opened);
    send(response, 200, reply(message.id, initialized(message.params)), {
      "mcp-session-id": opened,
    });
  } else if (session === undefined) {
    send(response, 400, refusal(message.id, -32000, "Bad Request: no session id"));
  } else if (!sessions.has(session)) {
    send(response, 404, refusal(message.id, -32001, "Session not found"));
  } else if (message.id === undefined) {
    send(response, 202, "");
  } else {
    answer(response, message, count);
  }
}

const dead = new Set();

const server = createServer((request, response) => {
  const [, era, number, count] = request.url.split("/");
  if (dead.has(number)) return;
  if (request.method !== "POST") {
    if (request.method === "DELETE") sessions.delete(request.headers["mcp-session-id"]);
    send(response, request.method === "DELETE" && era === "legacy" ? 200 : 405, "");
    return;
  }
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    if (dead.has(number)) return;
    const message = JSON.parse(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
    const respond = era === "legacy" ? answerLegacy : answerModern;
    respond(request, response, message, Number(count));
  });
});
server.keepAliveTimeout = 60_000;
process.on("message", (order) => {
  dead.add(String(order.dead));
  process.send({ dead: order.dead });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.send("listening"));
process.once("disconnect", () => process.exit());
