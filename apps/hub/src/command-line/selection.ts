import type { Selection } from "@hub/api/config";
import { CommandError } from "./command-error.js";

/** Options that say what of the hub is meant; each command takes those that it can obey. */
export const selectionOptions = {
  server: {
    summary: "only this server; several with several --server",
    value: "id",
    isRepeatable: true,
    completes: "servers",
  },
  tag: { summary: "only servers with one of these tags", value: "tag", isRepeatable: true },
  toolset: {
    summary: "a toolset, instead of servers and tags",
    value: "id",
    completes: "toolsets",
  },
  prefix: {
    summary: "whether the names of tools begin with their server (default: always)",
    value: "when",
    choices: ["always", "never"],
  },
  mode: {
    summary: "all tools, or the hub's search tools in their place",
    value: "mode",
    choices: ["all", "search"],
  },
} as const;

/** The part of a selection that these options can say. */
export type Shown = Pick<Selection, "servers" | "tags" | "toolset" | "prefix" | "mode">;

interface GivenSelection {
  readonly server: readonly string[];
  readonly tag: readonly string[];
  readonly toolset?: string | undefined;
  readonly prefix?: Shown["prefix"];
  readonly mode?: Shown["mode"];
}

/**
 * What the options were given; a list has its items once and in order.
 * @throws CommandError for what cannot be had together, and for what is no id.
 */
export function selectionOf({ server, tag, toolset, prefix, mode }: GivenSelection): Shown {
  const servers = listOption("--server", server);
  const tags = listOption("--tag", tag);
  const problem = problemOf({ servers, tags, toolset, prefix, mode });
  if (problem !== undefined) throw new CommandError("usage", `${problem}.`);
  return { servers, tags, toolset, prefix, mode };
}

/** What an option names that may be given several times, or once with commas; undefined when it was not given. */
function listOption(option: string, given: readonly string[]): readonly string[] | undefined {
  const items = given.flatMap((one) => one.split(",")).map((item) => item.trim());
  if (items.some((item) => item === ""))
    throw new CommandError("usage", `${option} takes names with commas between them.`);
  return items.length === 0 ? undefined : [...new Set(items)].sort();
}

function problemOf({ servers, tags, toolset, prefix, mode }: Shown): string | undefined {
  if (toolset !== undefined && (servers !== undefined || tags !== undefined))
    return "--toolset cannot be combined with --server or --tag";
  const shape = mode !== undefined ? "mode" : prefix !== undefined ? "prefix" : undefined;
  if (toolset !== undefined && shape !== undefined)
    return `--${shape} cannot be combined with --toolset, whose own ${shape} decides`;
  const ids = [...(servers ?? []), ...(toolset === undefined ? [] : [toolset])];
  const wrong = ids.find((id) => !/^[a-z0-9-]{1,60}$/.test(id));
  return wrong === undefined
    ? undefined
    : `${JSON.stringify(wrong)} is no id: ids have small letters, digits and hyphens`;
}

/** The words that mean the same selection to another command. */
export function selectionWords({ servers, tags, toolset, prefix, mode }: Shown): string[] {
  const named = { toolset, prefix, mode };
  return [
    ...(servers ?? []).flatMap((id) => ["--server", id]),
    ...(tags ?? []).flatMap((tag) => ["--tag", tag]),
    ...Object.entries(named).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, value],
    ),
  ];
}
