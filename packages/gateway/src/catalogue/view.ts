import { createHash } from "node:crypto";
import type { CapabilityItem, Entry, JsonObject, Now } from "@hub/core";
import { hubTools } from "../hub-tools/definitions.js";
import { itemsOf, type NamedItem, renamed } from "./items.js";
import { ambiguousKey, type MissingServer, missingKey, missingServers } from "./missing.js";
import { exposedUri } from "./naming.js";
import { lets, type Selection, selects } from "./selection.js";

/** The lists a client can ask for. */
export type ListKind = "tools" | "prompts" | "resources" | "resourceTemplates";

/** What a `list_changed` notification can be about; templates belong to resources. */
export type ChangeKind = "tools" | "prompts" | "resources";

/** A resource or template of one server, under the URI it has here. */
type LocatedItem = {
  readonly serverId: string;
  readonly uri: string;
  readonly exposed: string;
  readonly item: CapabilityItem;
};

/** What one selection of the catalogue looks like at one moment. Lists are ready text. */
export type View = {
  readonly selection: Selection;
  readonly servers: readonly Entry[];
  readonly entries: ReadonlyMap<string, Entry>;
  readonly tools: ReadonlyMap<string, NamedItem>;
  readonly prompts: ReadonlyMap<string, NamedItem>;
  readonly resources: ReadonlyMap<string, LocatedItem>;
  readonly templates: ReadonlyMap<string, LocatedItem>;
  /** By server: its own URIs that have another one here. Most servers have none. */
  readonly rewrites: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly missing: readonly MissingServer[];
  /** Names of tools that two servers have here, so that neither is shown. */
  readonly ambiguousTools: readonly Ambiguous[];
  /** The result of a list request, as JSON; `isModern` adds what 2026-07-28 requires. */
  listText(kind: ListKind, isModern: boolean): string;
  /** Changes exactly when a client that asked for the list again would find another one. */
  readonly digests: Readonly<Record<ChangeKind, string>>;
};

export type ViewSource = {
  readonly selection: Selection;
  readonly entries: readonly Entry[];
  readonly present: ReadonlySet<string>;
  readonly now: Now;
};

type Ambiguous = { readonly name: string; readonly servers: readonly string[] };

export function createView(source: ViewSource): View {
  const { selection, entries, present, now } = source;
  const servers = entries.filter(
    (entry) =>
      selects(selection, entry) && present.has(entry.record.id) && entry.snapshot !== undefined,
  );
  const tools = named(servers, selection, "tools");
  const prompts = named(servers, selection, "prompts");
  const rewrites = new Map<string, Map<string, string>>();
  const resources = located(servers, "resources", rewrites);
  const templates = located(servers, "resourceTemplates", rewrites);
  const missing = missingServers(selection, entries, present, now);
  const hints = cachingHints(servers);
  const ambiguous = { tools: tools.ambiguous, prompts: prompts.ambiguous };
  const isSearch = selection.mode === "search";

  const texts: Readonly<Record<ListKind, () => readonly string[]>> = {
    tools: () => [
      ...(selection.hubTools ? hubTools.map((tool) => JSON.stringify(tool)) : []),
      ...(isSearch ? [] : [...tools.byName.values()].map(({ text }) => text)),
    ],
    prompts: () => [...prompts.byName.values()].map(({ text }) => text),
    resources: () => [...resources.values()].map((one) => locatedText(one, "uri")),
    resourceTemplates: () => [...templates.values()].map((one) => locatedText(one, "uriTemplate")),
  };
  const ready = new Map<string, string>();
  return {
    selection,
    servers,
    entries: new Map(servers.map((entry) => [entry.record.id, entry])),
    tools: tools.byName,
    prompts: prompts.byName,
    resources,
    templates,
    rewrites,
    missing,
    ambiguousTools: tools.ambiguous,
    listText(kind, isModern) {
      const key = `${kind} ${isModern}`;
      const known = ready.get(key);
      if (known !== undefined) return known;
      const about = kind === "tools" || kind === "prompts" ? ambiguous[kind] : [];
      const text = listResult(kind, texts[kind](), isModern, missing, about, hints);
      ready.set(key, text);
      return text;
    },
    digests: {
      tools: digest([
        String(selection.hubTools),
        ...(isSearch ? [] : [...tools.byName.values()].map(identity)),
      ]),
      prompts: digest([...prompts.byName.values()].map(identity)),
      resources: digest(
        [...resources.values(), ...templates.values()].map(
          ({ exposed, item }) => `${exposed} ${item.hash}`,
        ),
      ),
    },
  };
}

const identity = ({ exposed, digest: shown }: NamedItem) => `${exposed} ${shown}`;

function digest(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\n");
  return hash.digest("base64url");
}

function listResult(
  kind: ListKind,
  items: readonly string[],
  isModern: boolean,
  missing: readonly MissingServer[],
  ambiguous: readonly Ambiguous[],
  hints: JsonObject,
): string {
  const meta = {
    ...(missing.length === 0 ? {} : { [missingKey]: missing }),
    ...(ambiguous.length === 0 ? {} : { [ambiguousKey]: ambiguous }),
  };
  const rest = JSON.stringify({
    ...(isModern ? { resultType: "complete", ...hints } : {}),
    ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
  }).slice(1, -1);
  return `{"${kind}":[${items.join(",")}]${rest === "" ? "" : `,${rest}`}}`;
}

/** How long and for whom the parts may be kept: the strictest of what their servers say. */
function cachingHints(servers: readonly Entry[]): JsonObject {
  let ttlMs = servers.length === 0 ? 0 : Number.POSITIVE_INFINITY;
  let cacheScope = "public";
  for (const { snapshot } of servers) {
    ttlMs = Math.min(ttlMs, snapshot?.caching?.ttlMs ?? 0);
    if (snapshot?.caching?.cacheScope !== "public") cacheScope = "private";
  }
  return { ttlMs, cacheScope };
}

function locatedText({ exposed, uri, item }: LocatedItem, member: "uri" | "uriTemplate"): string {
  return JSON.stringify(
    exposed === uri ? item.definition : { ...item.definition, [member]: exposed },
  );
}

/** Tools or prompts by the name they have here; what cannot be told apart is left out. */
function named(
  servers: readonly Entry[],
  selection: Selection,
  kind: "tools" | "prompts",
): { readonly byName: ReadonlyMap<string, NamedItem>; readonly ambiguous: readonly Ambiguous[] } {
  const found = new Map<string, NamedItem[]>();
  for (const { record, snapshot } of servers) {
    if (snapshot === undefined) continue;
    for (const item of itemsOf(record.id, snapshot)[kind]) {
      const shown = kind === "tools" ? shownTool(item, selection) : shownPrompt(item, selection);
      if (shown === undefined) continue;
      const same = found.get(shown.exposed);
      if (same === undefined) found.set(shown.exposed, [shown]);
      else same.push(shown);
    }
  }
  const byName = new Map<string, NamedItem>();
  const ambiguous: Ambiguous[] = [];
  for (const [name, [first, ...others]] of found) {
    if (first !== undefined && others.length === 0) byName.set(name, first);
    else if (first !== undefined)
      ambiguous.push({ name, servers: [first, ...others].map(({ serverId }) => serverId) });
  }
  return { byName, ambiguous };
}

function shownTool(item: NamedItem, selection: Selection): NamedItem | undefined {
  const { toolset } = selection;
  if (!lets(toolset, item.serverId, item.name)) return undefined;
  const override = toolset?.overrides[`${item.serverId}/${item.name}`];
  const isBare = selection.prefix === "never";
  if (override === undefined && !isBare) return item;
  return renamed(item, { ...(isBare ? { name: item.name } : {}), ...override });
}

function shownPrompt(item: NamedItem, selection: Selection): NamedItem {
  return selection.prefix === "never" ? renamed(item, { name: item.name }) : item;
}

/** Resources or templates by the URI they have here: their own, unless an older server has it. */
function located(
  servers: readonly Entry[],
  kind: "resources" | "resourceTemplates",
  rewrites: Map<string, Map<string, string>>,
): ReadonlyMap<string, LocatedItem> {
  const owners = new Map<string, string>();
  const byAge = [...servers].sort(
    (a, b) => a.record.createdAt - b.record.createdAt || (a.record.id < b.record.id ? -1 : 1),
  );
  for (const { record, snapshot } of byAge) {
    for (const { key } of snapshot?.[kind] ?? []) if (!owners.has(key)) owners.set(key, record.id);
  }
  const byUri = new Map<string, LocatedItem>();
  for (const { record, snapshot } of servers) {
    for (const item of snapshot?.[kind] ?? []) {
      const isOwner = owners.get(item.key) === record.id;
      const exposed = isOwner ? item.key : exposedUri(record.id, item.key);
      if (!isOwner) {
        const mapped = rewrites.get(record.id) ?? new Map<string, string>();
        rewrites.set(record.id, mapped.set(item.key, exposed));
      }
      byUri.set(exposed, { serverId: record.id, uri: item.key, exposed, item });
    }
  }
  return byUri;
}
