import { isJsonObject, type JsonObject } from "@hub/core/json";
import {
  codes,
  type JsonRpcError,
  type JsonRpcId,
  memberText,
  modernCode,
  parseMessage,
} from "@hub/mcp";
import type { ModernCaller } from "../session/modern-caller.js";

export type ModernResponse = { readonly status: number; readonly body: string };

/** Results that a modern client may keep, and so must be told for how long. */
const cacheable = new Set(["resources/read"]);

/** Errors that have an HTTP status of their own in 2026-07-28. */
const statusByCode: ReadonlyMap<number, number> = new Map([
  [codes.methodNotFound, 404],
  [codes.headerMismatch, 400],
  [codes.missingClientCapability, 400],
  [codes.unsupportedVersion, 400],
]);

/**
 * The response of a 2025 server as 2026-07-28 wants it: under the id of the request that waits now, with
 * the members every result has there, and without codes that are no more.
 */
export function modernResponse(
  text: string,
  id: JsonRpcId,
  method: string,
  caller: Pick<ModernCaller, "canOpenUrls">,
): ModernResponse {
  const parsed = parseMessage(text);
  if (parsed?.kind !== "response") return { status: 200, body: text };
  const { result, error } = parsed.message;
  const answer = (status: number, said: object) => ({
    status,
    body: JSON.stringify({ jsonrpc: "2.0", id, ...said }),
  });
  if (error?.code === codes.urlElicitationRequired) return urlRequired(error, caller, answer);
  if (error !== undefined) {
    const code = modernCode(error.code);
    return answer(statusByCode.get(code) ?? 200, { error: { ...error, code } });
  }
  const missing = Object.entries(membersOf(method)).filter(
    ([name]) => result?.[name] === undefined,
  );
  const written = withMembers(Object.fromEntries(missing), memberText(text, "result") ?? "{}");
  return { status: 200, body: `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${written}}` };
}

/** The text of an object with further members; what it has stays as it is written. */
function withMembers(members: JsonObject, object: string): string {
  const more = JSON.stringify(members).slice(1, -1);
  const own = object.slice(1).trimStart();
  const comma = more === "" || own.startsWith("}") ? "" : ",";
  return `{${more}${comma}${own}`;
}

/** What every result to this method has in 2026-07-28. */
function membersOf(method: string): JsonObject {
  const caching = cacheable.has(method) ? { ttlMs: 0, cacheScope: "private" } : {};
  return { resultType: "complete", ...caching };
}

/** The same as JSON, to be put before the members of a result that has some. */
export function membersText(method: string): string {
  return `${JSON.stringify(membersOf(method)).slice(1, -1)},`;
}

/**
 * "Open this page first, then call again": an error in 2025-11-25, and input that is required in
 * 2026-07-28. Nothing is held: the client's retry is a call of its own.
 */
function urlRequired(
  error: JsonRpcError,
  { canOpenUrls }: Pick<ModernCaller, "canOpenUrls">,
  answer: (status: number, said: object) => ModernResponse,
): ModernResponse {
  const asked = isJsonObject(error.data) ? error.data.elicitations : undefined;
  const elicitations = (Array.isArray(asked) ? asked : []).filter(isJsonObject);
  if (!canOpenUrls || elicitations.length === 0) {
    const data = { requiredCapabilities: { elicitation: { url: {} } } };
    const { message } = error;
    return answer(400, { error: { code: codes.missingClientCapability, message, data } });
  }
  const inputRequests = Object.fromEntries(
    elicitations.map((params: JsonObject, index) => [
      `hub-url-${index + 1}`,
      { method: "elicitation/create", params: { mode: "url", ...params } },
    ]),
  );
  return answer(200, { result: { resultType: "input_required", inputRequests } });
}
