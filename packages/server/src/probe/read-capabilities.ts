import { createHash } from "node:crypto";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import {
  assembleSnapshot,
  type BudgetBook,
  type BudgetName,
  type CachingHints,
  type CapabilityItem,
  type CapabilityKind,
  type CapabilitySnapshot,
  isJsonObject,
  itemOf,
  type JsonObject,
  type JsonValue,
  noRoom,
} from "@hub/core";
import { type Fault, ProbeFault } from "./fault.js";
import { type Greeting, methodNotFound } from "./mcp-protocol.js";
import type { Contact } from "./wire.js";

/** So many pages of a server are read as quickly as they come; each further one waits its turn. */
const quickPages = 64;
const pagePauseMs = 20;
/** Hashing so much takes no longer than others may wait. */
const hashedAtOnce = 256 * 1024;
/** A cursor goes back to the server; nobody needs a longer one. */
const longestCursor = 8_192;

const kinds = [
  { kind: "tools", capability: "tools", method: "tools/list" },
  { kind: "resources", capability: "resources", method: "resources/list" },
  { kind: "resourceTemplates", capability: "resources", method: "resources/templates/list" },
  { kind: "prompts", capability: "prompts", method: "prompts/list" },
] as const satisfies readonly { kind: CapabilityKind; capability: string; method: string }[];

type Listing = {
  readonly items: readonly CapabilityItem[];
  /** Of every page that was read; a page without hints may not be kept at all. */
  readonly caching?: readonly CachingHints[];
  readonly warning?: string;
};

export type Reading = {
  /** Missing when something could not be read: what is known from before is better than a part. */
  readonly snapshot?: CapabilitySnapshot;
  readonly warnings: readonly string[];
  /** It offers more than the hub takes over; a warning says so. */
  readonly isOverBudget?: boolean;
};

/** What a server may still send in this reading. */
type Left = { items: number; quickPages: number };

/** It offers more than a budget. */
class OverBudget extends Error {
  constructor(readonly budget: BudgetName) {
    super(budget);
  }
}

/** Reads all that a server offers. Never throws: what goes wrong is a warning about this one server. */
export async function readCapabilities(
  contact: Contact,
  signal: AbortSignal,
  budgets: BudgetBook,
): Promise<Reading> {
  const { greeting, wire } = contact;
  const found = new Map<CapabilityKind, Listing>();
  const left: Left = { items: budgets.limit("snapshotItems"), quickPages };
  try {
    if (greeting.era === "legacy") await wire.notify("notifications/initialized", signal);
  } catch (error) {
    return { warnings: [unread("notifications/initialized", error)] };
  }
  for (const { kind, capability, method } of kinds) {
    if (!isJsonObject(greeting.capabilities[capability])) continue;
    try {
      found.set(kind, await readAll(contact, kind, method, signal, left));
    } catch (error) {
      const budget = budgetIn(error);
      if (budget === undefined) {
        // Pages without end are no reason to begin again with the next probe.
        const isEndless = signal.aborted && left.quickPages < 0;
        return {
          warnings: [...warningsOf(found), unread(method, error)],
          ...(isEndless ? { isOverBudget: true } : {}),
        };
      }
      budgets.refused(budget);
      return { isOverBudget: true, warnings: [...warningsOf(found), noRoom(budget, budgets)] };
    }
  }
  return { snapshot: snapshotOf(greeting, found), warnings: warningsOf(found) };
}

function budgetIn(error: unknown): BudgetName | undefined {
  if (error instanceof OverBudget) return error.budget;
  const isBytes =
    error instanceof ProbeFault && error.fault.kind === "too-large" && error.fault.isBudget;
  return isBytes === true ? "snapshotBytes" : undefined;
}

/** All pages of one kind. Throws ProbeFault, and OverBudget when there are more items than are left. */
async function readAll(
  { wire }: Contact,
  kind: CapabilityKind,
  method: string,
  signal: AbortSignal,
  left: Left,
): Promise<Listing> {
  const items: CapabilityItem[] = [];
  const cursors = new Set<string>();
  const caching: CachingHints[] = [];
  let params: JsonObject = {};
  for (;;) {
    const reply = await wire.request(method, params, signal);
    if (reply.kind === "error") {
      // Many servers declare resources and know nothing of templates.
      if (reply.code === methodNotFound && kind === "resourceTemplates") return { items: [] };
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
    await addAll(items, kind, listed);
    const cursor = reply.result.nextCursor;
    if (typeof cursor !== "string") return { items, caching };
    if (cursors.has(cursor))
      return {
        items,
        warning: `Its ${method} answers the same cursor again and again; the hub stopped after ${cursors.size + 1} pages.`,
      };
    if (left.quickPages < 0) await pause(pagePauseMs, signal);
    if (cursor.length > longestCursor)
      return { items, warning: `Its ${method} answers a cursor too long to send back.` };
    cursors.add(cursor);
    params = { cursor };
  }
}

/** Ends early when there is no time left, which the next request then says. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** Hashing megabytes takes a while; what came in meanwhile goes in between. */
async function addAll(
  items: CapabilityItem[],
  kind: CapabilityKind,
  listed: readonly JsonValue[],
): Promise<void> {
  let hashed = hashedAtOnce;
  for (const definition of listed) {
    if (hashed >= hashedAtOnce) {
      await setImmediate();
      hashed = 0;
    }
    const item = itemOf(kind, definition, sha256);
    if (item === undefined) continue;
    items.push(item);
    hashed += item.bytes;
  }
}

function cachingOf({ ttlMs, cacheScope }: JsonObject): CachingHints {
  return {
    ttlMs: typeof ttlMs === "number" && ttlMs > 0 ? Math.floor(ttlMs) : 0,
    cacheScope: cacheScope === "public" ? "public" : "private",
  };
}

function strictest(hints: readonly CachingHints[]): CachingHints {
  return {
    ttlMs: Math.min(...hints.map(({ ttlMs }) => ttlMs)),
    cacheScope: hints.every(({ cacheScope }) => cacheScope === "public") ? "public" : "private",
  };
}

function warningsOf(found: ReadonlyMap<CapabilityKind, Listing>): string[] {
  return [...found.values()].flatMap(({ warning }) => (warning === undefined ? [] : [warning]));
}

function unread(method: string, error: unknown): string {
  if (!(error instanceof ProbeFault)) throw error;
  return `The hub could not read what it offers: ${method} ${inWords(error.fault)}.`;
}

function inWords(fault: Fault): string {
  switch (fault.kind) {
    case "dial":
      return fault.error.code === "TIMEOUT"
        ? "was not answered in time"
        : `broke off (${fault.error.code})`;
    case "too-large":
      return `answers more than ${fault.limit}`;
    case "rpc-error":
      return `answers error ${fault.code}`;
    case "status":
    case "redirect":
    case "host-refused":
    case "token-needed":
      return `answers HTTP ${fault.status}`;
    case "not-mcp":
      return `answers ${fault.what}`;
    default:
      return "is not answered as MCP";
  }
}

function snapshotOf(
  greeting: Greeting,
  found: ReadonlyMap<CapabilityKind, Listing>,
): CapabilitySnapshot {
  const items = (kind: CapabilityKind) => found.get(kind)?.items ?? [];
  const hints = [...found.values()].flatMap(({ caching }) => caching ?? []);
  return assembleSnapshot(
    {
      ...greeting,
      ...(hints.length === 0 ? {} : { caching: strictest(hints) }),
      tools: items("tools"),
      resources: items("resources"),
      resourceTemplates: items("resourceTemplates"),
      prompts: items("prompts"),
    },
    sha256,
  );
}
