import type { CapabilityItem, CapabilitySnapshot } from "@hub/core";
import { type HeaderParameter, headerParameters } from "../wire/header-values.js";
import { exposedName } from "./naming.js";

/** One tool or prompt of one server, ready to be listed. */
export type NamedItem = {
  readonly serverId: string;
  /** As its server calls it. */
  readonly name: string;
  readonly exposed: string;
  readonly item: CapabilityItem;
  /** Its definition under the exposed name, as JSON. */
  readonly text: string;
  /** Changes exactly when the definition does, as it is shown here. */
  readonly digest: string;
  /** Arguments of a tool that travel in headers as well. */
  readonly headers: readonly HeaderParameter[];
};

export type ServerItems = {
  readonly tools: readonly NamedItem[];
  readonly prompts: readonly NamedItem[];
  /** Tools left out because their `x-mcp-header` breaks the rules; clients must not be offered those. */
  readonly invalidTools: readonly string[];
};

const cache = new WeakMap<CapabilitySnapshot, ServerItems>();

/** What a snapshot offers, under its exposed names. Made once a snapshot. */
export function itemsOf(serverId: string, snapshot: CapabilitySnapshot): ServerItems {
  const known = cache.get(snapshot);
  if (known !== undefined) return known;
  const tools: NamedItem[] = [];
  const invalidTools: string[] = [];
  for (const item of snapshot.tools) {
    const headers = headerParameters(item.definition.inputSchema);
    if (headers === undefined) invalidTools.push(item.key);
    else tools.push(named(serverId, item, headers));
  }
  const prompts = snapshot.prompts.map((item) => named(serverId, item, []));
  const items = { tools, prompts, invalidTools };
  cache.set(snapshot, items);
  return items;
}

function named(
  serverId: string,
  item: CapabilityItem,
  headers: readonly HeaderParameter[],
): NamedItem {
  const exposed = exposedName(serverId, item.key);
  const text = JSON.stringify({ ...item.definition, name: exposed });
  return { serverId, name: item.key, exposed, item, text, digest: item.hash, headers };
}

/** The same item under another name, title or description. */
export function renamed(
  item: NamedItem,
  as: {
    readonly name?: string | undefined;
    readonly title?: string | undefined;
    readonly description?: string | undefined;
  },
): NamedItem {
  const exposed = as.name ?? item.exposed;
  const { title, description } = as;
  const text = JSON.stringify({
    ...item.item.definition,
    name: exposed,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  });
  return { ...item, exposed, text, digest: `${item.digest} ${JSON.stringify(as)}` };
}
