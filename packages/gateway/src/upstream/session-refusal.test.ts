import { describe, expect, test } from "vitest";
import { isSessionRefusal } from "./session-refusal.js";

const answer = (code: number, message: string, id: number | null = 1) =>
  JSON.stringify({ jsonrpc: "2.0", id, error: { code, message } });

describe("a server that does not know a session", () => {
  test.each([
    ["SDK v1 for TypeScript", 404, answer(-32_001, "Session not found", null)],
    [
      "SDK v1, without a session",
      400,
      answer(-32_000, "Bad Request: Mcp-Session-Id header is required", null),
    ],
    [
      "servers after its example",
      400,
      answer(-32_000, "Bad Request: No valid session ID provided", null),
    ],
    [
      "SDK v1, before the handshake",
      400,
      answer(-32_000, "Bad Request: Server not initialized", null),
    ],
    ["the Python SDK", 404, answer(-32_600, "Session not found", null)],
    [
      "the Python SDK, too early",
      200,
      answer(-32_602, "Received request before initialization was complete"),
    ],
    ["a gateway, with 401", 401, answer(-32_001, "Session expired", null)],
    ["a server that says 200", 200, answer(-32_000, "Server not initialized")],
    ["a server that says 500", 500, answer(-32_000, "Unknown session abc", null)],
    ["a proxy", 410, answer(-32_600, "The session was terminated", null)],
    ["a server that wants a handshake", 200, answer(-32_600, "Please initialize first")],
  ])("says so: %s", (_, status, data) => {
    expect(isSessionRefusal(status, data)).toBe(true);
  });

  test.each([
    ["that its call failed", 200, answer(-32_603, "The session of the database is closed")],
    ["that an argument is wrong", 400, answer(-32_602, "Unknown session abc")],
    ["that a tool's own session is unknown", 200, answer(-32_000, "Unknown session abc")],
    ["that a resource is not there", 404, answer(-32_002, "session not found")],
    ["that there is no such method", 404, answer(-32_601, "Method not found")],
    [
      "a result that speaks of it",
      200,
      '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"Session not found"}]}}',
    ],
    ["a request that speaks of it", 404, '{"jsonrpc":"2.0","id":1,"method":"session/not-found"}'],
    ["no JSON", 404, "Session not found"],
    ["nothing", 404, undefined],
    ["a long text", 500, answer(-32_000, `Unknown session ${"x".repeat(3_000)}`)],
  ])("is not meant by %s", (_, status, data) => {
    expect(isSessionRefusal(status, data)).toBe(false);
  });
});
