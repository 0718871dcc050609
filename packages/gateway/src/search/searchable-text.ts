import type { CapabilityItem } from "@hub/core";
import { isJsonObject, type JsonValue } from "@hub/core/json";

/** A server as the search sees it. */
export type SearchableServer = {
  readonly id: string;
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Changes whenever the tools do. */
  readonly snapshotHash: string;
  readonly tools: readonly CapabilityItem[];
};

/** Where something can be written about a tool. Those of `sayingPlaces` come first. */
export const places = [
  "name",
  "title",
  "description",
  "server",
  "serverDescription",
  "parameters",
  "parameterValues",
  "parameterDescriptions",
] as const;
export type Place = (typeof places)[number];

/** Where a word says what the tool is: the first of `places`. */
export const sayingPlaces = places.indexOf("serverDescription");
/** Where a word can be what a tool is found by: the first of `places`. What only its parameters say is not. */
export const findingPlaces = places.indexOf("parameters");

/** Definitions are a stranger's input: what comes later than this tells little about the tool. */
const mostParameters = 200;
const mostValues = 500;
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
    server: [server.name, server.title ?? "", ...(server.tags ?? [])]
      .join(" ")
      .slice(0, longestText),
    serverDescription: textOf(server.description),
    parameters: parameters.names.join(" ").slice(0, longestText),
    parameterValues: parameters.values.join(" ").slice(0, longestText),
    parameterDescriptions: parameters.descriptions.join(" ").slice(0, longestDescriptions),
  };
}

type Parameters = {
  readonly names: string[];
  readonly values: string[];
  readonly descriptions: string[];
};

/** Of the top level only: what is nested deeper is mostly of the data, not of the tool. */
function parametersOf(schema: JsonValue | undefined): Parameters {
  const found: Parameters = { names: [], values: [], descriptions: [] };
  if (!isJsonObject(schema) || !isJsonObject(schema.properties)) return found;
  for (const [name, property] of Object.entries(schema.properties).slice(0, mostParameters)) {
    found.names.push(textOf(name));
    if (!isJsonObject(property)) continue;
    found.descriptions.push(textOf(property.description));
    const items = isJsonObject(property.items) ? property.items : {};
    for (const values of [property.enum, items.enum])
      if (Array.isArray(values))
        for (const value of values.slice(0, mostValues)) found.values.push(textOf(value));
  }
  return found;
}
