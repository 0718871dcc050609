import type { Entry, Toolset } from "@hub/core";
import type { Policy } from "@hub/core/access";
import { isHidden, shownProfile } from "@hub/core/shown";
import { modernVersion } from "@hub/mcp";
import { mayCallSome } from "./callable.js";

/** Which part of the catalogue an endpoint shows, and how. */
export type Selection = {
  /** The same for selections that show the same. */
  readonly key: string;
  /** The same for as long as it is the same endpoint, whatever it shows: sessions belong to it. */
  readonly endpoint: string;
  /** Ids of servers; undefined for all. */
  readonly servers?: ReadonlySet<string>;
  /** A server needs one of them; undefined for any. */
  readonly tags?: ReadonlySet<string>;
  /** `never`: bare names; what two servers have is left out and reported. */
  readonly prefix: "always" | "never";
  /** `search`: the hub's own tools in place of all tools. */
  readonly mode: "all" | "search";
  /** Whether the hub's own tools are offered. */
  readonly hubTools: boolean;
  /** Only servers that registered here themselves: what a hub shows another hub, so that none loops. */
  readonly directOnly: boolean;
  /** Whether those are shown too that an operator hid. */
  readonly hidden: boolean;
  readonly toolset?: Toolset;
  /** Everything is as the one server has it: what a pass-through shows when it has to translate. */
  readonly alone?: string;
  /** What whoever asks may call; undefined for everything. What it does not cover is not there: see `narrowedTo`. */
  readonly policy?: Policy;
};

export type SelectionProblem = { readonly problem: string };

const known = ["servers", "tags", "prefix", "mode", "hub", "hidden", "revision"] as const;

function listOf(value: string | null): ReadonlySet<string> | undefined {
  if (value === null) return undefined;
  const parts = value
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return new Set(parts.sort());
}

const oneOf = (name: string, value: string | null, values: readonly string[]) =>
  value === null || values.includes(value)
    ? undefined
    : `?${name}= must be ${values.join(" or ")}, got ${JSON.stringify(value.slice(0, 50))}.`;

function revisionProblem(value: string | null): string | undefined {
  return value === null || value === modernVersion
    ? undefined
    : `?revision= must be ${modernVersion}, got ${JSON.stringify(value.slice(0, 50))}. Clients of the 2025 revisions need no parameter.`;
}

/** What `?revision=` asks for, at every endpoint alike. */
export function revisionIn(query: string): { readonly wantsModern: boolean } | SelectionProblem {
  if (!query.includes("revision")) return { wantsModern: false };
  const value = new URLSearchParams(query).get("revision");
  const problem = revisionProblem(value);
  return problem === undefined ? { wantsModern: value !== null } : { problem };
}

function hiddenProblem(value: string | null): string | undefined {
  return oneOf("hidden", value, ["true", "false"]);
}

/** What `?hidden=` asks for, at the endpoint of a toolset. */
export function hiddenIn(query: string): boolean | SelectionProblem {
  if (!query.includes("hidden")) return false;
  const value = new URLSearchParams(query).get("hidden");
  const problem = hiddenProblem(value);
  return problem === undefined ? value === "true" : { problem };
}

/** Reads the selection from a query string. Unknown parameters are refused: they may be misspelt. */
export function parseSelection(
  query: URLSearchParams,
  directOnly: boolean,
): Selection | SelectionProblem {
  for (const name of query.keys()) {
    if (!known.some((one) => one === name))
      return {
        problem: `?${name.slice(0, 50)}= is not a parameter of this endpoint. Its parameters are ${known.join(", ")}.`,
      };
  }
  const problem =
    oneOf("prefix", query.get("prefix"), ["always", "never"]) ??
    oneOf("mode", query.get("mode"), ["all", "search"]) ??
    oneOf("hub", query.get("hub"), ["on", "off"]) ??
    hiddenProblem(query.get("hidden")) ??
    revisionProblem(query.get("revision"));
  if (problem !== undefined) return { problem };
  const servers = listOf(query.get("servers"));
  const tags = listOf(query.get("tags"));
  const mode = query.get("mode") === "search" ? "search" : "all";
  return selectionOf({
    ...(servers === undefined ? {} : { servers }),
    ...(tags === undefined ? {} : { tags }),
    prefix: query.get("prefix") === "never" ? "never" : "always",
    mode,
    hubTools: mode === "search" || (query.get("hub") !== "off" && !directOnly),
    directOnly,
    hidden: query.get("hidden") === "true",
  });
}

const ofToolsets = new WeakMap<Toolset, Map<string, Selection>>();

/** The selection of a toolset as it is now; a changed toolset is another object. */
export function toolsetSelection(toolset: Toolset, directOnly: boolean, hidden = false): Selection {
  const known = ofToolsets.get(toolset) ?? new Map<string, Selection>();
  ofToolsets.set(toolset, known);
  const key = `${directOnly} ${hidden}`;
  const selection = known.get(key) ?? newToolsetSelection(toolset, directOnly, hidden);
  known.set(key, selection);
  return selection;
}

function newToolsetSelection(toolset: Toolset, directOnly: boolean, hidden: boolean): Selection {
  return selectionOf({
    ...(toolset.servers.length === 0 ? {} : { servers: new Set(toolset.servers) }),
    ...(toolset.tags.length === 0 ? {} : { tags: new Set(toolset.tags) }),
    prefix: toolset.prefix,
    mode: toolset.mode,
    hubTools: toolset.mode === "search",
    directOnly,
    hidden,
    toolset,
  });
}

/** One server as it is, for when its pass-through has to translate between eras. */
export function aloneSelection(serverId: string): Selection {
  return selectionOf({
    servers: new Set([serverId]),
    prefix: "never",
    mode: "all",
    hubTools: false,
    directOnly: false,
    // A client that names a hidden server may use it.
    hidden: true,
    alone: serverId,
  });
}

function selectionOf(parts: Omit<Selection, "key" | "endpoint" | "policy">): Selection {
  const { servers, tags, toolset, ...flags } = parts;
  const key = JSON.stringify([
    servers === undefined ? null : [...servers],
    tags === undefined ? null : [...tags],
    toolset === undefined ? null : [toolset.id, toolset.revision],
    flags,
  ]);
  const endpoint = toolset === undefined ? key : `toolset ${toolset.id}`;
  return { ...parts, key, endpoint };
}

export function selects(selection: Selection, entry: Entry): boolean {
  const { servers, tags, hidden } = selection;
  const { record } = entry;
  if (servers !== undefined && !servers.has(record.id)) return false;
  if (tags !== undefined && !(shownProfile(record).tags ?? []).some((tag) => tags.has(tag)))
    return false;
  if (!hidden && isHidden(record)) return false;
  if (!mayCallSome(selection, record)) return false;
  return !(selection.directOnly && isHub(entry));
}

/** The name by which a hub tells another hub what it is. */
export const hubServerName = "mcp-hub";

function isHub(entry: Entry): boolean {
  return entry.snapshot?.serverInfo.name === hubServerName;
}
