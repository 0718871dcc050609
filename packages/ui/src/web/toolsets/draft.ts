import type { ToolsetView } from "@hub/api";
import type { ToolsetInput } from "@hub/core";

export type Override = {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
};

/** A toolset as somebody makes it: everything or what was picked, without what was left out of that. */
export type Draft = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Ids; prompts and resources come from these as well. Empty: all. */
  readonly servers: readonly string[];
  readonly tags: readonly string[];
  readonly scope: "all" | "picked";
  /** Of `picked`. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly overrides: Readonly<Record<string, Override>>;
  readonly prefix: "always" | "never";
  readonly mode: "all" | "search";
  readonly repeat: "asked" | "safe";
};

export const emptyDraft: Draft = {
  id: "",
  name: "",
  description: "",
  servers: [],
  tags: [],
  scope: "picked",
  allow: [],
  deny: [],
  overrides: {},
  prefix: "always",
  mode: "all",
  repeat: "asked",
};

export function draftOf(toolset: ToolsetView): Draft {
  const { id, name, description = "", servers, tags, allow, deny, overrides } = toolset;
  return {
    id,
    name,
    description,
    servers,
    tags,
    scope: allow === undefined && servers.length === 0 ? "all" : "picked",
    allow: allow ?? servers.map((server) => `${server}/*`),
    deny,
    overrides,
    prefix: toolset.prefix,
    mode: toolset.mode,
    repeat: toolset.repeat ?? "asked",
  };
}

/** What is sent to the hub: only what somebody said. */
export function definitionOf(draft: Draft) {
  const { id, name, description, servers, tags, deny, prefix, mode, repeat } = draft;
  const allow = allowOf(draft);
  return {
    ...(id.trim() === "" ? {} : { id: id.trim() }),
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    ...(description.trim() === "" ? {} : { description }),
    servers: [...servers],
    tags: [...tags],
    ...(allow === undefined ? {} : { allow }),
    deny: [...deny],
    overrides: saidOverrides(draft.overrides),
    prefix,
    mode,
    ...(repeat === "asked" ? {} : { repeat }),
  } satisfies Partial<ToolsetInput>;
}

/** Whole servers alone need no list of tools: the list of servers says it. */
function allowOf({ scope, servers, allow }: Draft): string[] | undefined {
  if (scope === "all") return undefined;
  const isWhole =
    servers.length > 0 &&
    allow.length === servers.length &&
    servers.every((server) => allow.includes(`${server}/*`));
  return isWhole ? undefined : [...allow];
}

function saidOverrides(overrides: Draft["overrides"]) {
  const said: Record<string, { name?: string; title?: string; description?: string }> = {};
  for (const [tool, { name = "", title = "", description = "" }] of Object.entries(overrides)) {
    const override = {
      ...(name.trim() === "" ? {} : { name: name.trim() }),
      ...(title.trim() === "" ? {} : { title: title.trim() }),
      ...(description.trim() === "" ? {} : { description }),
    };
    if (Object.keys(override).length > 0) said[tool] = override;
  }
  return said;
}

/** Whether two drafts say the same to the hub. */
export function isSame(one: Draft, other: Draft): boolean {
  return JSON.stringify(definitionOf(one)) === JSON.stringify(definitionOf(other));
}

/** An id such as the hub would make from the name, as long as nobody has it. */
export function suggestedId(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return slug.slice(0, 40).replace(/-+$/, "");
}

const fieldNames: Readonly<Partial<Record<keyof Draft, string>>> = {
  name: "name",
  description: "description",
  servers: "servers",
  tags: "tags",
  scope: "whether all servers are in",
  allow: "tools let through",
  deny: "tools left out",
  overrides: "other names and descriptions",
  prefix: "prefix",
  mode: "mode",
  repeat: "calls that broke off",
};

/** In words, what differs between two drafts. */
export function differences(one: Draft, other: Draft): readonly string[] {
  const fields = Object.keys(fieldNames) as (keyof Draft)[]; // the keys of the table above
  return fields
    .filter((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]))
    .map((field) => fieldNames[field] ?? field);
}
