import type { ToolsetView } from "@hub/api";
import type { ToolsetInput } from "@hub/core";

/** Which tools of the selected servers: all, those that are listed, or all but those. */
type ToolChoice = "all" | "only" | "without";

export type Override = {
  readonly name?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
};

/** A toolset as somebody types it. What another choice would use stays, in case it is chosen again. */
export type Draft = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly servers: readonly string[];
  readonly tags: readonly string[];
  readonly choice: ToolChoice;
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly overrides: Readonly<Record<string, Override>>;
  readonly prefix: "always" | "never";
  readonly mode: "all" | "search";
};

export const emptyDraft: Draft = {
  id: "",
  name: "",
  description: "",
  servers: [],
  tags: [],
  choice: "all",
  allow: [],
  deny: [],
  overrides: {},
  prefix: "always",
  mode: "all",
};

export function draftOf(toolset: ToolsetView): Draft {
  const { id, name, description = "", servers, tags, allow, deny, overrides } = toolset;
  return {
    id,
    name,
    description,
    servers,
    tags,
    choice: allow !== undefined ? "only" : deny.length > 0 ? "without" : "all",
    allow: allow ?? [],
    deny,
    overrides,
    prefix: toolset.prefix,
    mode: toolset.mode,
  };
}

/** What is sent to the hub: only what somebody said. */
export function definitionOf(draft: Draft): Partial<ToolsetInput> {
  const { id, name, description, servers, tags, choice, allow, deny, prefix, mode } = draft;
  return {
    ...(id.trim() === "" ? {} : { id: id.trim() }),
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    ...(description.trim() === "" ? {} : { description }),
    servers: [...servers],
    tags: [...tags],
    ...(choice === "only" ? { allow: [...allow] } : {}),
    deny: choice === "all" ? [] : [...deny],
    overrides: saidOverrides(draft.overrides),
    prefix,
    mode,
  };
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
  choice: "choice of tools",
  allow: "tools let through",
  deny: "tools left out",
  overrides: "other names and descriptions",
  prefix: "prefix",
  mode: "mode",
};

/** In words, what differs between two drafts. */
export function differences(one: Draft, other: Draft): readonly string[] {
  const fields = Object.keys(fieldNames) as (keyof Draft)[]; // the keys of the table above
  return fields
    .filter((field) => JSON.stringify(one[field]) !== JSON.stringify(other[field]))
    .map((field) => fieldNames[field] ?? field);
}
