import { describe, expect, test } from "vitest";
import { envelopeOf } from "./envelope-reader.js";
import { isUnauthorized, longestRefusal, speaksOfToken } from "./token-refusal.js";

/** Whether an answer whose envelope alone is read says so. */
const refuses = (answer: object) =>
  isUnauthorized(envelopeOf(JSON.stringify({ jsonrpc: "2.0", id: 1, ...answer }))?.error);

describe("an error says that it wants a token", () => {
  test.each([
    "Unauthorized",
    "unauthorised: who are you?",
    "HTTP 401 Unauthorized",
    "UNAUTHENTICATED",
    "Un-authorized request",
    "Not authenticated",
    "You are not authorized to do this",
    "Authentication required",
    "Auth failed",
    "Missing Authorization header",
    "Authorization header missing",
    "Missing or invalid access token",
    "Invalid API key",
    "api_key is required",
    "No credentials",
    "Bearer token required",
    "The token has expired",
    "Access token is invalid",
    "Forbidden",
    "Access denied",
    "Permission denied",
    "Please log in first",
    "You must be logged in",
    "This method requires an API key",
  ])("in the words: %s", (message) => {
    expect(isUnauthorized({ code: -32_000, message })).toBe(true);
    const data = { message: "Internal error", code: -32_601 };
    expect(refuses({ error: { data, code: -32_000, message } })).toBe(true);
    expect(refuses({ error: { code: -32_000, message, data } })).toBe(true);
  });

  test.each([401, 403, 407, -32_401])("by the code %i, whatever its words", (code) => {
    expect(isUnauthorized({ code, message: "No." })).toBe(true);
  });
});

describe("an error says nothing of a token", () => {
  test.each([
    "Method not found",
    "Unknown tool: echo",
    "Tool mcp-hub-asks-whether-calls-are-let-in not found",
    "Invalid params: expected a text",
    "Session not found",
    "Bad Request: No valid session ID provided",
    "The author is unknown",
    "Tokens are counted at most to 4096",
    "Internal error",
  ])("in the words: %s", (message) => {
    expect(isUnauthorized({ code: -32_602, message })).toBe(false);
  });

  test("when it speaks of JSON, or of a method", () => {
    for (const code of [-32_700, -32_601])
      expect(isUnauthorized({ code, message: "Invalid token" })).toBe(false);
  });

  test("when it is long, no answer, or a result", () => {
    // Each of these letters takes three bytes.
    const filled = (length: number) => `Unauthorized ${"\u20ac".repeat(length - 13)}`;
    const code = -32_000;
    for (const [length, isOne] of [
      [longestRefusal, true],
      [longestRefusal + 1, false],
      [10 * longestRefusal, false],
    ] as const) {
      expect(speaksOfToken(filled(length))).toBe(isOne);
      expect(refuses({ error: { code, message: filled(length) } })).toBe(isOne);
    }
    const result = { content: [{ type: "text", text: "Unauthorized" }], isError: true };
    expect(refuses({ result })).toBe(false);
    expect(refuses({ result: { code: 401, message: "Unauthorized" } })).toBe(false);
    expect(refuses({ error: "Unauthorized" })).toBe(false);
    expect(refuses({ error: [{ code: 401 }] })).toBe(false);
    expect(refuses({})).toBe(false);
  });
});
