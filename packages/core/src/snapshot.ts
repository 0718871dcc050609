import { sha256Hex } from "./hash.js";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "./json.js";

export const capabilityKinds = ["tools", "resources", "resourceTemplates", "prompts"] as const;
export type CapabilityKind = (typeof capabilityKinds)[number];

/** `modern`: revision 2026-07-28 and later (no sessions). `legacy`: 2025-11-25 and earlier. */
export type Era = "modern" | "legacy";

/** One tool, resource, template or prompt as its server described it. */
export type CapabilityItem = {
  /** What identifies it among its kind: a name, a URI or a URI template. */
  readonly key: string;
  /** SHA-256 of the canonical JSON of the definition. */
  readonly hash: string;
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
  readonly era: Era;
  readonly protocolVersion: string;
  readonly supportedVersions?: readonly string[];
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  /** The strictest of its lists; missing when one of them has none. */
  readonly caching?: CachingHints;
} & { readonly [kind in CapabilityKind]: readonly CapabilityItem[] };

export type SnapshotSource = {
  readonly era: Era;
  readonly protocolVersion: string;
  readonly supportedVersions?: readonly string[] | undefined;
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string | undefined;
  readonly caching?: CachingHints | undefined;
} & { readonly [kind in CapabilityKind]: readonly JsonValue[] };

const keyMember = {
  tools: "name",
  resources: "uri",
  resourceTemplates: "uriTemplate",
  prompts: "name",
} as const;

/** Items in a fixed order, each once. What has no usable key cannot be called and is left out. */
function itemsOf(
  kind: CapabilityKind,
  definitions: readonly JsonValue[],
  sha256: (text: string) => string,
): CapabilityItem[] {
  const items = new Map<string, CapabilityItem>();
  for (const definition of definitions) {
    if (!isJsonObject(definition)) continue;
    const key = definition[keyMember[kind]];
    if (typeof key !== "string" || key === "" || items.has(key)) continue;
    items.set(key, { key, hash: sha256(canonicalJson(definition)), definition });
  }
  return [...items.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/**
 * Makes a snapshot of what a server answered. The source must have passed the probe's limits.
 * `sha256` gives 64 hexadecimal characters; a native one is many times quicker for large lists.
 */
export function createSnapshot(
  source: SnapshotSource,
  sha256: (text: string) => string = sha256Hex,
): CapabilitySnapshot {
  const items = {
    tools: itemsOf("tools", source.tools, sha256),
    resources: itemsOf("resources", source.resources, sha256),
    resourceTemplates: itemsOf("resourceTemplates", source.resourceTemplates, sha256),
    prompts: itemsOf("prompts", source.prompts, sha256),
  };
  const hash = sha256(
    capabilityKinds.map((kind) => items[kind].map((item) => item.hash).join()).join("\n"),
  );
  return {
    hash,
    era: source.era,
    protocolVersion: source.protocolVersion,
    ...(source.supportedVersions === undefined
      ? {}
      : { supportedVersions: source.supportedVersions }),
    serverInfo: source.serverInfo,
    capabilities: source.capabilities,
    ...(source.instructions === undefined ? {} : { instructions: source.instructions }),
    ...(source.caching === undefined ? {} : { caching: source.caching }),
    ...items,
  };
}

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
