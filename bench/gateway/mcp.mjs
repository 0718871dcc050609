// MCP requests as the text that goes on the wire, for callers of both revisions.
export const modern = "2026-07-28";
export const legacy = "2025-11-25";
/** The transport before streamable HTTP; its messages are those of 2025. */
export const sse = "http+sse";

const meta = {
  "io.modelcontextprotocol/protocolVersion": modern,
  "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1.0.0" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

function post({ port, path, headers, body }) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join("")}\r\n${body}`;
}

/**
 * A request to `target`. `session` is the id of a 2025 session; `capabilities` are those a client of
 * 2026-07-28 says it has. All ids must have the same number of digits where `requestParts` is used.
 */
export function requestText(
  target,
  { id, method, params = {}, session, progressToken, capabilities = {}, headers: more = {} },
) {
  const token = progressToken === undefined ? {} : { progressToken };
  if (target.era !== modern) {
    const withMeta = progressToken === undefined ? params : { ...params, _meta: token };
    const headers = { "MCP-Protocol-Version": legacy, ...more };
    if (session !== undefined) headers["Mcp-Session-Id"] = session;
    const body = JSON.stringify({ jsonrpc: "2.0", id, method, params: withMeta });
    return post({ ...target, headers, body });
  }
  const headers = { "MCP-Protocol-Version": modern, "Mcp-Method": method, ...more };
  const named = params.name ?? params.uri;
  if (named !== undefined) headers["Mcp-Name"] = named;
  const said = { ...meta, "io.modelcontextprotocol/clientCapabilities": capabilities, ...token };
  const body = JSON.stringify({ jsonrpc: "2.0", id, method, params: { ...params, _meta: said } });
  return post({ ...target, headers, body });
}

const idMark = 1_000_000;

/** The same request cut where its id stands: a seven-digit id goes between the two parts. */
export function requestParts(target, request) {
  const text = requestText(target, { ...request, id: idMark });
  const at = text.indexOf(`"id":${idMark}`) + '"id":'.length;
  return [text.slice(0, at), text.slice(at + String(idMark).length)];
}

export function callOf(tool, extra = {}) {
  return { method: "tools/call", params: { name: tool, arguments: { text: "hello" } }, ...extra };
}

/** The JSON-RPC messages of an answer, whether it came as JSON or as an event stream. */
export function messagesOf(body) {
  if (/^\s*[{[]/.test(body)) return [JSON.parse(body)];
  return body
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5))
        .join("\n"),
    )
    .filter((data) => data.trim() !== "")
    .map((data) => JSON.parse(data));
}

/** The reply among them. */
export function replyOf(body, id) {
  const reply = messagesOf(body).find((message) => message.id === id);
  if (reply === undefined) throw new Error(`No reply in: ${body.slice(0, 200)}`);
  return reply;
}

export function notificationText(target, method, more = {}) {
  const headers = { "MCP-Protocol-Version": legacy, ...more };
  return post({ ...target, headers, body: JSON.stringify({ jsonrpc: "2.0", method }) });
}

/**
 * Opens a 2025 session and returns its id. `send` sends a request and resolves with status, head and body.
 * `capabilities` are those the client says it has.
 */
export async function openSession(target, send, capabilities = {}) {
  const params = {
    protocolVersion: legacy,
    capabilities,
    clientInfo: { name: "bench", version: "1.0.0" },
  };
  const opened = await send(requestText(target, { id: 1, method: "initialize", params }));
  const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(opened.head)?.[1];
  if (opened.status !== 200 || session === undefined) {
    throw new Error(`initialize was answered with ${opened.status}: ${opened.body.slice(0, 200)}`);
  }
  await send(notificationText(target, "notifications/initialized", { "Mcp-Session-Id": session }));
  return session;
}

/** Ends it, as a polite client does. */
export function endSessionText({ port, path }, session) {
  return `DELETE ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nMCP-Protocol-Version: ${legacy}\r\nMcp-Session-Id: ${session}\r\n\r\n`;
}
