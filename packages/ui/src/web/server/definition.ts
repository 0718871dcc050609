import type { TriedKind } from "../try/subject.js";

/** A tool, prompt, resource or template exactly as its server described it: every member may be anything. */
export type Definition = Readonly<Record<string, unknown>>;

const keyMembers: Readonly<Record<TriedKind, string>> = {
  tool: "name",
  prompt: "name",
  resource: "uri",
  resourceTemplate: "uriTemplate",
};

export type Item = {
  readonly kind: TriedKind;
  /** A name, a URI or a URI template. */
  readonly key: string;
  readonly title: string;
  readonly description: string | undefined;
  readonly definition: Definition;
};

export const textOf = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;

export function isRecord(value: unknown): value is Definition {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a list shows of a definition. */
export function itemOf(kind: TriedKind, definition: Definition): Item {
  const key = textOf(definition[keyMembers[kind]]) ?? "?";
  const annotations = isRecord(definition.annotations) ? definition.annotations : {};
  return {
    kind,
    key,
    title: textOf(definition.title) ?? textOf(annotations.title) ?? textOf(definition.name) ?? key,
    description: textOf(definition.description),
    definition,
  };
}

/** The items that hold every word, by name, title or description. */
export function narrow(items: readonly Item[], words: string): readonly Item[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return items;
  return items.filter(({ key, title, description }) => {
    const text = `${key} ${title} ${description ?? ""}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}
