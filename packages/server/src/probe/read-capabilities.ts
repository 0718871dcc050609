import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import {
  type CachingHints,
  type CapabilityKind,
  type CapabilitySnapshot,
  createSnapshot,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from "@hub/core";
import { type Fault, ProbeFault } from "./fault.js";
import { type Greeting, methodNotFound } from "./mcp-protocol.js";
import type { Contact } from "./wire.js";

const mostItems = 1_000;
const mostPages = 64;
/** A cursor goes back to the server; nobody needs a longer one. */
const longestCursor = 8_192;

const kinds = [
  { kind: "tools", capability: "tools", method: "tools/list" },
  { kind: "resources", capability: "resources", method: "resources/list" },
  { kind: "resourceTemplates", capability: "resources", method: "resources/templates/list" },
  { kind: "prompts", capability: "prompts", method: "prompts/list" },
] as const satisfies readonly { kind: CapabilityKind; capability: string; method: string }[];

type Listing = {
  readonly items: readonly JsonValue[];
  /** Of every page that was read; a page without hints may not be kept at all. */
  readonly caching?: readonly CachingHints[];
  readonly warning?: string;
};

export type Reading = {
  /** Missing when something could not be read: what is known from before is better than a part. */
  readonly snapshot?: CapabilitySnapshot;
  readonly warnings: readonly string[];
};

/** Reads all that a server offers. Never throws: what goes wrong is a warning about this one server. */
export async function readCapabilities(contact: Contact, signal: AbortSignal): Promise<Reading> {
  const { greeting, wire } = contact;
  const found = new Map<CapabilityKind, Listing>();
  try {
    if (greeting.era === "legacy") await wire.notify("notifications/initialized", signal);
  } catch (error) {
    return { warnings: [unread("notifications/initialized", error)] };
  }
  for (const { kind, capability, method } of kinds) {
    if (!isJsonObject(greeting.capabilities[capability])) continue;
    try {
      found.set(kind, await readAll(contact, kind, method, signal));
    } catch (error) {
      return { warnings: [...warningsOf(found), unread(method, error)] };
    }
  }
  // Hashing 4 MiB takes a while; what came in during the parsing goes first.
  await setImmediate();
  return { snapshot: snapshotOf(greeting, found), warnings: warningsOf(found) };
}

/** All pages of one kind, until a limit. Throws ProbeFault. */
async function readAll(
  { wire }: Contact,
  kind: CapabilityKind,
  method: string,
  signal: AbortSignal,
): Promise<Listing> {
  const items: JsonValue[] = [];
  const cursors = new Set<string>();
  const caching: CachingHints[] = [];
  let params: JsonObject = {};
  for (let page = 0; page < mostPages; page += 1) {
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
    for (const item of listed) {
      if (items.length === mostItems) return { items, caching, warning: tooMany(method) };
      items.push(item);
    }
    const cursor = reply.result.nextCursor;
    if (typeof cursor !== "string") return { items, caching };
    if (cursors.has(cursor))
      return {
        items,
        warning: `Its ${method} answers the same cursor again and again; the hub stopped after ${page + 1} pages.`,
      };
    if (cursor.length > longestCursor)
      return { items, warning: `Its ${method} answers a cursor too long to send back.` };
    cursors.add(cursor);
    params = { cursor };
  }
  return {
    items,
    warning: `Its ${method} has more than ${mostPages} pages; the hub reads no more.`,
  };
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

function tooMany(method: string): string {
  return `Its ${method} lists more than ${mostItems} items; the hub keeps the first ${mostItems}.`;
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
  return createSnapshot(
    {
      ...greeting,
      ...(hints.length === 0 ? {} : { caching: strictest(hints) }),
      tools: items("tools"),
      resources: items("resources"),
      resourceTemplates: items("resourceTemplates"),
      prompts: items("prompts"),
    },
    (text) => createHash("sha256").update(text).digest("hex"),
  );
}
