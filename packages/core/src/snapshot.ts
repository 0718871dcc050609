import { sha256Hex } from "./hash.js";
import { bytesOf, canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "./json.js";

/** The lists that a server can have. */
export const capabilityKinds = ["tools", "resources", "resourceTemplates", "prompts"] as const;
/** One of the lists. */
export type CapabilityKind = (typeof capabilityKinds)[number];

/** `modern`: revision 2026-07-28 and later (no sessions). `legacy`: 2025-11-25 and earlier. */
export type Era = "modern" | "legacy";

/** One tool, resource, template or prompt as its server described it. */
export type CapabilityItem = {
  /** What identifies it among its kind: a name, a URI or a URI template. */
  readonly key: string;
  /** SHA-256 of the canonical JSON of the definition. */
  readonly hash: string;
  /** Of the canonical JSON of the definition. */
  readonly bytes: number;
  readonly definition: JsonObject;
};

/** How long and for whom a server says its lists may be kept (2026-07-28, "Caching"). */
export type CachingHints = {
  readonly ttlMs: number;
  readonly cacheScope: "public" | "private";
};

/** All that a server offers, read at one moment. */
export type CapabilitySnapshot = {
  /** Changes exactly when a tool, resource, template or prompt changes. */
  readonly hash: string;
  /** Of all its definitions and of what the server says of itself, as canonical JSON. */
  readonly bytes: number;
  readonly era: Era;
  readonly protocolVersion: string;
  readonly supportedVersions?: readonly string[];
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  /** It gives out session ids, so what it does may depend on the calls before. */
  readonly keepsSessions?: boolean;
  /** The strictest of its lists; missing when one of them has none. */
  readonly caching?: CachingHints;
} & { readonly [kind in CapabilityKind]: readonly CapabilityItem[] };

export type SnapshotSource<Item = JsonValue> = {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly supportedVersions?: readonly string[] | undefined;
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string | undefined;
  readonly keepsSessions?: boolean | undefined;
  readonly caching?: CachingHints | undefined;
} & { readonly [kind in CapabilityKind]: readonly Item[] };

/** The member of a definition that identifies it among its kind. */
export const keyMember = {
  tools: "name",
  resources: "uri",
  resourceTemplates: "uriTemplate",
  prompts: "name",
} as const;

/** One item as a server described it. Undefined for what has no usable key and so cannot be called. */
export function itemOf(
  kind: CapabilityKind,
  definition: JsonValue,
  sha256: (text: string) => string,
): CapabilityItem | undefined {
  if (!isJsonObject(definition)) return undefined;
  const key = definition[keyMember[kind]];
  if (typeof key !== "string" || key === "") return undefined;
  const text = canonicalJson(definition);
  return { key, hash: sha256(text), bytes: bytesOf(text), definition };
}

/** Items in a fixed order, each key once: the first that came with it. */
function inOrder(items: readonly CapabilityItem[]): CapabilityItem[] {
  const byKey = new Map<string, CapabilityItem>();
  for (const item of items) if (!byKey.has(item.key)) byKey.set(item.key, item);
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Makes a snapshot of what a server answered. The source must have passed the probe's limits.
 * `sha256` gives 64 hexadecimal characters; a native one is many times quicker for large lists.
 */
export function createSnapshot(
  source: SnapshotSource,
  sha256: (text: string) => string = sha256Hex,
): CapabilitySnapshot {
  const items = (kind: CapabilityKind) =>
    source[kind].flatMap((definition) => itemOf(kind, definition, sha256) ?? []);
  return assembleSnapshot(
    {
      ...source,
      tools: items("tools"),
      resources: items("resources"),
      resourceTemplates: items("resourceTemplates"),
      prompts: items("prompts"),
    },
    sha256,
  );
}

/** Makes a snapshot of items that `itemOf` made, so that the work on large lists can be done in parts. */
export function assembleSnapshot(
  source: SnapshotSource<CapabilityItem>,
  sha256: (text: string) => string,
): CapabilitySnapshot {
  const items = {
    tools: inOrder(source.tools),
    resources: inOrder(source.resources),
    resourceTemplates: inOrder(source.resourceTemplates),
    prompts: inOrder(source.prompts),
  };
  const hash = sha256(
    capabilityKinds.map((kind) => items[kind].map((item) => item.hash).join()).join("\n"),
  );
  const said = {
    era: source.era,
    protocolVersion: source.protocolVersion,
    ...(source.supportedVersions === undefined
      ? {}
      : { supportedVersions: source.supportedVersions }),
    serverInfo: source.serverInfo,
    capabilities: source.capabilities,
    ...(source.instructions === undefined ? {} : { instructions: source.instructions }),
    ...(source.keepsSessions === true ? { keepsSessions: true } : {}),
    ...(source.caching === undefined ? {} : { caching: source.caching }),
  };
  return { hash, bytes: bytesOfAll(said, items), ...said, ...items };
}

/** A snapshot with the lists that were not read as they were known before; nothing where nothing was. */
export function withKnownLists(
  snapshot: CapabilitySnapshot,
  unread: readonly CapabilityKind[],
  known: CapabilitySnapshot | undefined,
): CapabilitySnapshot {
  const kept = unread.filter((kind) => (known?.[kind].length ?? 0) > 0);
  if (known === undefined || kept.length === 0) return snapshot;
  const lists = Object.fromEntries(kept.map((kind) => [kind, known[kind]]));
  return assembleSnapshot({ ...snapshot, ...lists }, sha256Hex);
}

function bytesOfAll(
  said: object,
  items: { readonly [kind in CapabilityKind]: readonly CapabilityItem[] },
): number {
  const all = capabilityKinds.flatMap((kind) => items[kind]);
  return bytesOf(JSON.stringify(said)) + all.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A snapshot from a store, which may be of a hub that did not count its bytes. */
export function counted(snapshot: CapabilitySnapshot): CapabilitySnapshot {
  if (typeof snapshot.bytes === "number") return snapshot;
  const { hash, ...said } = snapshot;
  const recount = (kind: CapabilityKind) =>
    snapshot[kind].map((item) => ({ ...item, bytes: bytesOf(canonicalJson(item.definition)) }));
  const items = {
    tools: recount("tools"),
    resources: recount("resources"),
    resourceTemplates: recount("resourceTemplates"),
    prompts: recount("prompts"),
  };
  const { tools, resources, resourceTemplates, prompts, ...greeting } = said;
  return { ...greeting, hash, bytes: bytesOfAll(greeting, items), ...items };
}

/** One difference between two snapshots. */
export type ItemChange =
  | {
      readonly change: "added";
      readonly kind: CapabilityKind;
      readonly key: string;
      readonly after: CapabilityItem;
    }
  | {
      readonly change: "removed";
      readonly kind: CapabilityKind;
      readonly key: string;
      readonly before: CapabilityItem;
    }
  | {
      readonly change: "changed";
      readonly kind: CapabilityKind;
      readonly key: string;
      readonly before: CapabilityItem;
      readonly after: CapabilityItem;
    };

/** What became different between two snapshots; against nothing, everything is added. */
export function diffSnapshots(
  before: CapabilitySnapshot | undefined,
  after: CapabilitySnapshot,
): ItemChange[] {
  const changes: ItemChange[] = [];
  for (const kind of capabilityKinds) {
    const old = new Map((before?.[kind] ?? []).map((item) => [item.key, item]));
    for (const item of after[kind]) {
      const previous = old.get(item.key);
      old.delete(item.key);
      if (previous === undefined)
        changes.push({ change: "added", kind, key: item.key, after: item });
      else if (previous.hash !== item.hash)
        changes.push({ change: "changed", kind, key: item.key, before: previous, after: item });
    }
    for (const item of old.values())
      changes.push({ change: "removed", kind, key: item.key, before: item });
  }
  return changes;
}
