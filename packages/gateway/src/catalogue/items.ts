import type { CapabilityItem, CapabilityKind, CapabilitySnapshot } from "@hub/core";
import { type HeaderParameter, headerParameters } from "../wire/header-values.js";
import { exposedName, exposedUri } from "./naming.js";
import { Part, type ShownItem } from "./part.js";
import { ReadyJson } from "./ready-json.js";

/** `own`: names and URIs as the server has them; `marked`: as no other server can have them. */
export type Naming = "own" | "marked";

type Usable = {
  readonly tools: readonly {
    readonly item: CapabilityItem;
    readonly headers: readonly HeaderParameter[];
  }[];
  /** Tools left out because their `x-mcp-header` breaks the rules; clients must not be offered those. */
  readonly invalidTools: readonly string[];
};

const usable = new WeakMap<CapabilitySnapshot, Usable>();

/** Which tools of a snapshot can be offered. Looked at once a snapshot. */
export function usableTools(snapshot: CapabilitySnapshot): Usable {
  const known = usable.get(snapshot);
  if (known !== undefined) return known;
  const tools: { item: CapabilityItem; headers: readonly HeaderParameter[] }[] = [];
  const invalidTools: string[] = [];
  for (const item of snapshot.tools) {
    const headers = headerParameters(item.definition.inputSchema);
    if (headers === undefined) invalidTools.push(item.key);
    else tools.push({ item, headers });
  }
  const found = { tools, invalidTools };
  usable.set(snapshot, found);
  return found;
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

/** The member of a definition that holds its name or URI. */
const member = {
  tools: "name",
  prompts: "name",
  resources: "uri",
  resourceTemplates: "uriTemplate",
} as const;

function newPart(
  serverId: string,
  snapshot: CapabilitySnapshot,
  kind: CapabilityKind,
  naming: Naming,
): Part {
  const mark = kind === "tools" || kind === "prompts" ? exposedName : exposedUri;
  const offered =
    kind === "tools"
      ? usableTools(snapshot).tools
      : snapshot[kind].map((item) => ({ item, headers: [] }));
  const ready = new ReadyJson(function* () {
    for (const { item, exposed } of items)
      yield JSON.stringify(
        exposed === item.key ? item.definition : { ...item.definition, [member[kind]]: exposed },
      );
  });
  const items = offered.map(({ item, headers }, index): ShownItem => {
    const exposed = naming === "own" ? item.key : mark(serverId, item.key);
    return { serverId, name: item.key, exposed, item, digest: item.hash, headers, ready, index };
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
