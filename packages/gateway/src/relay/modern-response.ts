import { codes, type JsonRpcId, parseMessage } from "../wire/json-rpc.js";

/** Results that a modern client may keep, and so must be told for how long. */
const cacheable = new Set(["resources/read"]);

/**
 * The response of a 2025 server as 2026-07-28 wants it: under the id of the request that waits now, with
 * the members every result has there, and without codes that are no more.
 */
export function modernResponse(text: string, id: JsonRpcId, method: string): string {
  const parsed = parseMessage(text);
  if (parsed?.kind !== "response") return text;
  const { result, error } = parsed.message;
  if (error !== undefined) {
    const code = error.code === codes.resourceNotFound ? codes.invalidParams : error.code;
    return JSON.stringify({ jsonrpc: "2.0", id, error: { ...error, code } });
  }
  return JSON.stringify({
    jsonrpc: "2.0",
    id,
    result: {
      resultType: "complete",
      ...(cacheable.has(method) ? { ttlMs: 0, cacheScope: "private" } : {}),
      ...result,
    },
  });
}
