import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import type { CapabilityItem, CapabilityKind } from "@hub/core";
import type { JsonObject, JsonValue } from "@hub/core/json";
import type { BudgetName } from "@hub/core/limits";
import { type CachingHints, itemOf, keyMember } from "@hub/core/probing";
import { codes } from "@hub/mcp";
import { ProbeFault } from "./fault.js";
import { printable } from "./guarded-json.js";
import { sha256 } from "./sha256.js";
import type { Connection } from "./wire.js";

/** So many pages of a server are read as quickly as they come; each further one waits its turn. */
export const quickPages = 64;
const pagePauseMs = 20;
/** Hashing so much takes no longer than others may wait. */
const hashedAtOnce = 256 * 1024;
/** The longest cursor that the hub sends back to a server, in characters. */
const longestCursor = 8_192;

/** One list of a server, read to its end. */
export type Listing = {
  readonly items: readonly CapabilityItem[];
  /** Of every page that was read; a page without hints may not be kept at all. */
  readonly caching?: readonly CachingHints[];
  readonly warnings?: readonly string[];
};

/** What a server may still send in this reading. */
export type Left = { items: number; quickPages: number };

/** It offers more than a budget. */
export class OverBudget extends Error {
  constructor(readonly budget: BudgetName) {
    super(budget);
  }
}

/** All pages of one kind. Throws ProbeFault, and OverBudget when there are more items than are left. */
export async function readList(
  { wire }: Connection,
  kind: CapabilityKind,
  method: string,
  signal: AbortSignal,
  left: Left,
): Promise<Listing> {
  const items: CapabilityItem[] = [];
  const tally: Tally = { keys: new Set(), nameless: 0, twice: [] };
  const ended = (warning?: string): Listing => ({
    items,
    caching,
    warnings: [...(warning === undefined ? [] : [warning]), ...uncountedOf(kind, method, tally)],
  });
  const cursors = new Set<string>();
  const caching: CachingHints[] = [];
  let params: JsonObject = {};
  for (;;) {
    const reply = await wire.request(method, params, signal);
    if (reply.kind === "error") {
      // Many servers declare what they do not have: templates, or all that an SDK declares for them.
      if (reply.code === codes.methodNotFound) return { items: [] };
      if (reply.wantsToken === true) throw new ProbeFault({ kind: "token-needed", method });
      throw new ProbeFault({ kind: "rpc-error", method, code: reply.code });
    }
    caching.push(cachingOf(reply.result));
    const listed = reply.result[kind];
    if (!Array.isArray(listed))
      throw new ProbeFault({ kind: "not-mcp", what: `a result without a list of ${kind}` });
    // A page without items costs as much as one with one.
    left.items -= Math.max(1, listed.length);
    left.quickPages -= 1;
    if (left.items < 0) throw new OverBudget("snapshotItems");
    await addAll(items, kind, listed, tally);
    const cursor = reply.result.nextCursor;
    if (typeof cursor !== "string") return ended();
    if (cursors.has(cursor))
      return ended(
        `${method} answers with the same cursor again and again; the hub stopped after ${cursors.size + 1} pages.`,
      );
    if (left.quickPages < 0) await pause(pagePauseMs, signal);
    if (cursor.length > longestCursor)
      return ended(`${method} answers with a cursor that is too long to send back.`);
    cursors.add(cursor);
    params = { cursor };
  }
}

/** Ends early when there is no time left, which the next request then says. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** The items of a list that count, and those that do not. */
type Tally = { readonly keys: Set<string>; nameless: number; readonly twice: string[] };

/** Warnings about items that are left out, because they have no name or the name of another item. */
function uncountedOf(kind: CapabilityKind, method: string, tally: Tally): string[] {
  const { nameless, twice } = tally;
  const [first] = twice;
  return [
    ...(nameless === 0
      ? []
      : [
          `In the answer to ${method}, ${nameless} ${nameless === 1 ? "item has" : "items have"} no \`${keyMember[kind]}\` that is a string, so nobody can call ${nameless === 1 ? "it" : "them"}. The hub leaves ${nameless === 1 ? "it" : "them"} out. Give each item a \`${keyMember[kind]}\` of its own.`,
        ]),
    ...(first === undefined
      ? []
      : [
          `The answer to ${method} has ${JSON.stringify(printable(first, 100))} more than once${twice.length === 1 ? "" : `, and ${twice.length - 1} others too`}. The hub uses the first one. Give each item a \`${keyMember[kind]}\` of its own.`,
        ]),
  ];
}

/** Hashing megabytes takes a while, so other work runs in between. */
async function addAll(
  items: CapabilityItem[],
  kind: CapabilityKind,
  listed: readonly JsonValue[],
  tally: Tally,
): Promise<void> {
  let hashed = hashedAtOnce;
  for (const definition of listed) {
    if (hashed >= hashedAtOnce) {
      await setImmediate();
      hashed = 0;
    }
    const item = itemOf(kind, definition, sha256);
    if (item === undefined) {
      tally.nameless += 1;
      continue;
    }
    if (tally.keys.has(item.key)) tally.twice.push(item.key);
    else items.push(item);
    tally.keys.add(item.key);
    hashed += item.bytes;
  }
}

function cachingOf({ ttlMs, cacheScope }: JsonObject): CachingHints {
  return {
    ttlMs: typeof ttlMs === "number" && ttlMs > 0 ? Math.floor(ttlMs) : 0,
    cacheScope: cacheScope === "public" ? "public" : "private",
  };
}
