import type { Entry, Toolset } from "@hub/core";
import type { Policy } from "@hub/core/access";
import type { JsonObject } from "@hub/core/json";
import { callableTools, narrowedTo } from "./callable.js";
import { hubTools, listedHubTools } from "./hub-tool-definitions.js";
import { usableItems } from "./items.js";
import type { ShownItem } from "./part.js";
import { parseSelection, toolsetSelection } from "./selection.js";
import { allows } from "./toolset-part.js";
import type { View } from "./view.js";
import type { Views } from "./views.js";

/** No tokenizer is the same for two models: this is the usual estimate for English JSON. */
const charactersPerToken = 4;

type Definitions = { readonly count: number; readonly characters: number };

const definitionsOf = (tools: readonly JsonObject[]): Definitions => ({
  count: tools.length,
  characters: tools.reduce((sum, tool) => sum + JSON.stringify(tool).length, 0),
});

const shownBy = ({ tools }: View): Definitions => ({
  count: tools.size,
  characters: tools.characters,
});

/** What a model pays for a list of tools: `{"tools":[…]}`. */
function tokensOf(...lists: readonly Definitions[]): number {
  const characters = lists.reduce((sum, list) => sum + list.characters, 0);
  const separators = Math.max(0, lists.reduce((sum, list) => sum + list.count, 0) - 1);
  return Math.round(('{"tools":[]}'.length + separators + characters) / charactersPerToken);
}

/**
 * What the endpoint of a toolset would show now, by the view that answers its clients. One that was never
 * saved has no revision yet, and its view is not kept. Shows what the policy lets be called.
 */
export function previewOf(views: Views, toolset: Toolset, policy: Policy) {
  const selection = narrowedTo(toolsetSelection(toolset, false), policy);
  const view = toolset.revision > 0 ? views.of(selection) : views.once(selection);
  const isSearch = toolset.mode === "search";
  const all = tokensOf(shownBy(view));
  const search = tokensOf(definitionsOf(hubTools));
  const tools = [...view.tools.values()].map((item) => shown(item, toolset));
  return {
    tools,
    toolCount: tools.length,
    hubTools: view.selection.hubTools ? hubTools.map(({ name }) => String(name)) : [],
    dropped: [
      ...ambiguous(view),
      ...view.servers.flatMap((entry) => invalid(view, entry, toolset)),
    ],
    unknownTools: unknownTools(view, toolset),
    missing: [...view.missing],
    prompts: view.prompts.size,
    resources: view.resources.size,
    resourceTemplates: view.templates.size,
    bytes: view.answer("tools", true).length,
    tokens: { listed: isSearch ? search : all, all, search, everything: everything(views, policy) },
  };
}

export type Preview = ReturnType<typeof previewOf>;

/** Of `/mcp` as it is without any selection. */
function everything(views: Views, policy: Policy): number {
  const selection = parseSelection(new URLSearchParams(), false);
  if ("problem" in selection) return 0;
  return tokensOf(definitionsOf(listedHubTools), shownBy(views.of(narrowedTo(selection, policy))));
}

/** With the title and description that clients see, which `overrides` may have changed. */
function shown({ serverId, name: tool, exposed, item }: ShownItem, { overrides }: Toolset) {
  const { title, description } = { ...item.definition, ...overrides[`${serverId}/${tool}`] };
  return {
    name: exposed,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description } : {}),
    serverId,
    tool,
  };
}

type Dropped = { readonly name: string; readonly servers: string[]; readonly reason: string };

function ambiguous({ ambiguousTools }: View): Dropped[] {
  return ambiguousTools.map(({ name, servers }) => ({
    name,
    servers: [...new Set(servers)],
    reason:
      "More than one tool would have this name. Give them other names, allow only one of them, or use the prefix `always`.",
  }));
}

function invalid({ selection }: View, { record, snapshot }: Entry, toolset: Toolset): Dropped[] {
  if (snapshot === undefined) return [];
  const mayCall = callableTools(selection, record);
  return usableItems(snapshot, "tools")
    .leftOut.filter(({ name }) => mayCall(name) && allows(toolset, record.id, name))
    .map(({ name, reason, mend }) => ({
      name,
      servers: [record.id],
      reason: `Left out: ${reason}. ${mend}. Only its server can fix this.`,
    }));
}

/** Tools that the toolset names but their server does not have. The names may be misspelt. */
function unknownTools(view: View, toolset: Toolset): string[] {
  const named = [...(toolset.allow ?? []), ...toolset.deny, ...Object.keys(toolset.overrides)];
  const known = new Map<string, ReadonlySet<string>>();
  return [...new Set(named)].filter((reference) => {
    const slash = reference.indexOf("/");
    const [serverId, tool] = [reference.slice(0, slash), reference.slice(slash + 1)];
    const entry = view.entry(serverId);
    if (entry?.snapshot === undefined || tool === "*") return false;
    const mayCall = callableTools(view.selection, entry.record);
    const names = () => entry.snapshot?.tools.map(({ key }) => key).filter(mayCall);
    const tools = known.get(serverId) ?? new Set(names());
    known.set(serverId, tools);
    return !tools.has(tool);
  });
}
