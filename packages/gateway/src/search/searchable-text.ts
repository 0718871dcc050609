import { type CapabilityItem, isJsonObject, type JsonValue } from "@hub/core";

/** A server as the search sees it. */
export type SearchableServer = {
  readonly id: string;
  readonly name: string;
  readonly title?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Changes whenever the tools do. */
  readonly snapshotHash: string;
  readonly tools: readonly CapabilityItem[];
};

/** Where something can be written about a tool. */
export const places = [
  "name",
  "title",
  "description",
  "parameters",
  "parameterDescriptions",
  "server",
] as const;
export type Place = (typeof places)[number];

/** Definitions are a stranger's input: what is nested deeper, or comes later, tells little about the tool. */
const deepest = 6;
const mostParameters = 200;
const mostSchemas = 2_000;
const longestText = 4_000;
const longestDescriptions = 16_000;

const textOf = (value: unknown): string =>
  typeof value === "string" ? value.slice(0, longestText) : "";

export function textsAbout(
  server: SearchableServer,
  { key, definition }: CapabilityItem,
): Readonly<Record<Place, string>> {
  const parameters = parametersOf(definition.inputSchema);
  const annotations = isJsonObject(definition.annotations) ? definition.annotations : {};
  return {
    name: textOf(key),
    title: textOf(definition.title) || textOf(annotations.title),
    description: textOf(definition.description),
    parameters: parameters.names.join(" ").slice(0, longestText),
    parameterDescriptions: parameters.descriptions.join(" ").slice(0, longestDescriptions),
    server: [server.name, server.title ?? "", ...(server.tags ?? [])]
      .join(" ")
      .slice(0, longestText),
  };
}

type Parameters = { readonly names: string[]; readonly descriptions: string[] };

/** Of all levels of a schema. */
function parametersOf(schema: JsonValue | undefined): Parameters {
  const found: Parameters = { names: [], descriptions: [] };
  let schemas = 0;
  const collect = (one: JsonValue | undefined, depth: number): void => {
    if (!isJsonObject(one) || depth > deepest || schemas++ >= mostSchemas) return;
    if (isJsonObject(one.properties)) {
      for (const [name, property] of Object.entries(one.properties)) {
        if (found.names.length >= mostParameters) return;
        found.names.push(textOf(name));
        if (isJsonObject(property)) found.descriptions.push(textOf(property.description));
        collect(property, depth + 1);
      }
    }
    collect(one.items, depth + 1);
    for (const branches of [one.anyOf, one.oneOf, one.allOf])
      if (Array.isArray(branches))
        for (const branch of branches.slice(0, mostSchemas)) collect(branch, depth + 1);
  };
  collect(schema, 0);
  return found;
}
