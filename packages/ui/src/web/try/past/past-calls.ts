import { isObject, type JsonObject, numberOf, textOf } from "../schema/schema.js";

const outcomes = ["done", "error", "failed", "cancelled"] as const;
/** `error` is a result that says so; `failed` is a call that had no result. */
export type Outcome = (typeof outcomes)[number];

export type PastCall = {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** What was filled in, without secrets. */
  readonly values: JsonObject;
  /** Something secret was filled in and is not kept. */
  readonly isPartial: boolean;
};

const mostCalls = 20;
const mostCharacters = 20_000;

export const pastKey = (serverId: string, kind: string, name: string) =>
  `mcp-hub-try:${JSON.stringify([serverId, kind, name])}`;

function pastCallOf(given: unknown): readonly PastCall[] {
  if (!isObject(given) || !isObject(given.values)) return [];
  const at = numberOf(given.at);
  const durationMs = numberOf(given.durationMs);
  const outcome = outcomes.find((one) => one === textOf(given.outcome));
  if (at === undefined || durationMs === undefined || outcome === undefined) return [];
  return [{ at, durationMs, outcome, values: given.values, isPartial: given.isPartial === true }];
}

/** The calls of this tab of the browser, the latest first. */
export function readPastCalls(key: string): readonly PastCall[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.flatMap(pastCallOf) : [];
  } catch {
    return [];
  }
}

/** Keeps a call beside the earlier ones. What is too large is not kept. */
export function keepPastCall(key: string, past: PastCall): readonly PastCall[] {
  const before = readPastCalls(key);
  if (JSON.stringify(past.values).length > mostCharacters) return before;
  const calls = [past, ...before].slice(0, mostCalls);
  try {
    sessionStorage.setItem(key, JSON.stringify(calls));
  } catch {
    // A full or forbidden store costs the list, not the call.
  }
  return calls;
}
