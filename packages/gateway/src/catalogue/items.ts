import type { CapabilityItem, CapabilityKind, CapabilitySnapshot } from "@hub/core";
import { keyMember } from "@hub/core/probing";
import { type Flaw, shownDefinition } from "@hub/core/shown";
import { type HeaderParameter, headerParameters } from "@hub/mcp";
import { exposedName, exposedUri, formerName } from "./naming.js";
import { Part, type ShownItem } from "./part.js";
import { ReadyJson } from "./ready-json.js";

/** `own`: names and URIs as the server has them; `marked`: as no other server can have them. */
export type Naming = "own" | "marked";

type Offered = {
  readonly item: CapabilityItem;
  readonly headers: readonly HeaderParameter[];
};

/** One that lists do not show, or show otherwise than its server does. */
export type Flawed = Flaw & { readonly kind: CapabilityKind; readonly name: string };

type Usable = {
  readonly items: readonly Offered[];
  /** Those that no client must be offered. */
  readonly leftOut: readonly Flawed[];
  readonly mended: readonly Flawed[];
};

const usable = new WeakMap<CapabilitySnapshot, Map<CapabilityKind, Usable>>();

/**
 * What of a list can stand beside others, as each client can read it (see `shownDefinition`). Looked at once
 * a snapshot.
 */
export function usableItems(snapshot: CapabilitySnapshot, kind: CapabilityKind): Usable {
  const ofSnapshot = usable.get(snapshot) ?? new Map<CapabilityKind, Usable>();
  usable.set(snapshot, ofSnapshot);
  const found = ofSnapshot.get(kind) ?? lookAt(snapshot[kind], kind);
  ofSnapshot.set(kind, found);
  return found;
}

function lookAt(all: readonly CapabilityItem[], kind: CapabilityKind): Usable {
  const items: Offered[] = [];
  const leftOut: Flawed[] = [];
  const mended: Flawed[] = [];
  for (const item of all) {
    const flawed = (flaw: Flaw): Flawed => ({ ...flaw, kind, name: item.key });
    const shown = shownDefinition(kind, item.definition);
    if (shown.definition === undefined) {
      leftOut.push(flawed(shown.flaw));
      continue;
    }
    const { definition } = shown;
    const headers = kind === "tools" ? headerParameters(definition.inputSchema) : [];
    if (headers === undefined) {
      leftOut.push(flawed(wrongHeader));
      continue;
    }
    items.push({
      item: definition === item.definition ? item : { ...item, definition },
      headers,
    });
    mended.push(...shown.mends.map(flawed));
  }
  return { items, leftOut, mended };
}

const wrongHeader: Flaw = {
  reason: "its x-mcp-header breaks the rules of MCP",
  mend: "Give each x-mcp-header a name of its own, for a text, integer or boolean argument",
};

/** Which tools of a snapshot can be offered. */
export function usableTools(snapshot: CapabilitySnapshot): { readonly tools: readonly Offered[] } {
  return { tools: usableItems(snapshot, "tools").items };
}

const parts = new WeakMap<CapabilitySnapshot, Map<string, Part>>();

/**
 * What a server shows in a list of all it offers. Made once a snapshot and naming, and kept as long as the
 * snapshot: it is no more than that in bytes, however many views show it.
 */
export function partOf(
  serverId: string,
  snapshot: CapabilitySnapshot,
  kind: CapabilityKind,
  naming: Naming,
): Part {
  const ofSnapshot = parts.get(snapshot) ?? new Map<string, Part>();
  parts.set(snapshot, ofSnapshot);
  const key = `${kind} ${naming}`;
  const part = ofSnapshot.get(key) ?? newPart(serverId, snapshot, kind, naming);
  ofSnapshot.set(key, part);
  return part;
}

function newPart(
  serverId: string,
  snapshot: CapabilitySnapshot,
  kind: CapabilityKind,
  naming: Naming,
): Part {
  const isNamed = kind === "tools" || kind === "prompts";
  const mark = isNamed ? exposedName : exposedUri;
  const offered = usableItems(snapshot, kind).items;
  const ready = new ReadyJson(function* () {
    for (const { item, exposed } of items)
      yield JSON.stringify(
        exposed === item.key ? item.definition : { ...item.definition, [keyMember[kind]]: exposed },
      );
  });
  const items = offered.map(({ item, headers }, index): ShownItem => {
    const exposed = naming === "own" ? item.key : mark(serverId, item.key);
    const before = naming === "marked" && isNamed ? formerName(serverId, item.key) : exposed;
    const former = before === exposed ? {} : { former: before };
    const { hash: digest } = item;
    return { serverId, name: item.key, exposed, ...former, item, digest, headers, ready, index };
  });
  return new Part(serverId, items);
}

/** The same item under another name, title or description. */
export function renamed(
  shown: ShownItem,
  as: {
    readonly name?: string | undefined;
    readonly title?: string | undefined;
    readonly description?: string | undefined;
  },
): ShownItem {
  const exposed = as.name ?? shown.exposed;
  const { title, description } = as;
  const text = () =>
    JSON.stringify({
      ...shown.item.definition,
      name: exposed,
      ...(title === undefined ? {} : { title }),
      ...(description === undefined ? {} : { description }),
    });
  return {
    ...shown,
    exposed,
    digest: `${shown.digest} ${JSON.stringify(as)}`,
    ready: new ReadyJson(() => [text()]),
    index: 0,
  };
}
