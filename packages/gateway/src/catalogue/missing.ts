import { type Entry, leadingInstance, type Now, serverStatus } from "@hub/core";
import { isHidden, reasonFor, warningsFor } from "@hub/core/shown";
import { mayCallId, mayCallSome } from "./callable.js";
import type { Selection } from "./selection.js";
import { selects } from "./selection.js";

/** A server whose part of an answer is missing or may be stale. */
export type MissingServer = {
  readonly server: string;
  readonly name?: string;
  readonly status: string;
  /** Whether the list still contains what it offered last. */
  readonly listed: boolean;
  readonly since?: string;
  readonly reason: string;
};

/** Where lists say what is missing from them. */
export const missingKey = "mcp-hub/missing";
/** Where lists say which of their servers are one server under several names. */
export const sameEndpointKey = "mcp-hub/same-endpoint";
/** Where lists say which bare names two servers have, and who. */
export const ambiguousKey = "mcp-hub/ambiguous";

/** Why an entry cannot serve now, in whole sentences, and since when. */
export function whyNot(
  entry: Entry,
  now: Now,
): { readonly since?: string; readonly reason: string } {
  const instance = leadingInstance(entry.instances);
  if (instance === undefined) {
    const { emptySince } = entry.record;
    const since = emptySince === undefined ? undefined : new Date(emptySince).toISOString();
    return {
      ...(since === undefined ? {} : { since }),
      reason: `It left${since === undefined ? "" : ` at ${since}`}: it was stopped, and took itself off the list.`,
    };
  }
  const { health } = instance;
  // An `up` server has no problem that explains why its lists are missing.
  const unread =
    health.status === "up" && entry.snapshot === undefined
      ? (warningsFor(health, now.hub)[0] ?? "What it offers has not been read yet.")
      : undefined;
  return {
    since: new Date(health.statusSinceWall).toISOString(),
    reason: unread ?? reasonFor(health, health.status, now.hub),
  };
}

/** The selected servers that cannot be asked now, whether or not the lists still show them. */
export function missingServers(
  selection: Selection,
  entries: readonly Entry[],
  present: ReadonlySet<string>,
  now: Now,
): MissingServer[] {
  const missing: MissingServer[] = [];
  const found = new Set<string>();
  const hidden = new Set<string>();
  for (const entry of entries) {
    const { id, name } = entry.record;
    const isTold = !selection.hidden && mayCallSome(selection, entry.record);
    if (isHidden(entry.record) && isTold) hidden.add(id);
    if (!selects(selection, entry)) continue;
    found.add(id);
    const status = serverStatus(entry.instances);
    const listed = present.has(id) && entry.snapshot !== undefined;
    const canServe = status === "up" || status === "degraded" || status === "pending";
    if (listed && canServe) continue;
    missing.push({ server: id, name, status, listed, ...whyNot(entry, now) });
  }
  for (const id of selection.servers ?? []) {
    if (found.has(id)) continue;
    const isThere = hidden.has(id);
    // Whoever asks knows the names that it has sent, but not those that a toolset has.
    const isAsked = selection.toolset === undefined || mayCallId(selection, id);
    if (!isThere && !isAsked) continue;
    missing.push({
      server: id,
      status: isThere ? "hidden" : "unknown",
      listed: false,
      reason: isThere
        ? "An operator hid it. With ?hidden=true it is shown."
        : "No server with this id and these tags is registered.",
    });
  }
  return missing;
}
