import { isJsonObject, type JsonObject, type JsonValue } from "@hub/core/json";

/** How much of a tool is said: characters of its first sentence, and required parameters. */
export type Shortness = { readonly characters: number; readonly parameters: number };

const longestRead = 2_000;
const longestType = 40;
/** References between schemas may have no end. */
const deepest = 4;

/** What a model needs to choose a tool, and often to call it: its first sentence, its required parameters with their types. */
export function shortTool(
  { name, title, description, inputSchema }: JsonObject,
  { characters, parameters }: Shortness,
): JsonObject {
  const sentence = cut(firstSentence(textOf(description) || textOf(title)), characters);
  const required = Object.entries(requiredTypes(inputSchema)).slice(0, parameters);
  return {
    name: textOf(name),
    ...(sentence === "" ? {} : { description: sentence }),
    ...(required.length === 0 ? {} : { required: Object.fromEntries(required) }),
  };
}

const textOf = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/**
 * Up to the first full stop before a new sentence or paragraph, on one line. Those of Chinese are written as escapes:
 * with one of them as it is, V8 keeps the text of the whole program in two bytes a character.
 */
export function firstSentence(text: string): string {
  const begin = text.trim().slice(0, longestRead);
  const [sentence = begin] =
    /^.+?(?:[.!?](?=\s+[^\s\p{Ll}]|\s*$)|[\u3002\uff01\uff1f]|(?=\n\s*\n))/su.exec(begin) ?? [];
  return sentence.replace(/\s+/g, " ").trim();
}

function cut(text: string, characters: number): string {
  if (characters === 0) return "";
  const all = [...text];
  return all.length <= characters
    ? text
    : `${all
        .slice(0, characters - 1)
        .join("")
        .trimEnd()}…`;
}

/** Of the parameters that a schema requires, in its order: the type, or the values when they are few. */
export function requiredTypes(schema: JsonValue | undefined): Record<string, string> {
  if (!isJsonObject(schema) || !Array.isArray(schema.required)) return {};
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  const types = new Map<string, string>();
  for (const name of schema.required)
    if (typeof name === "string" && Object.hasOwn(properties, name))
      types.set(name, typeOf(properties[name], schema, 0));
  return Object.fromEntries(types);
}

function typeOf(schema: JsonValue | undefined, root: JsonObject, depth: number): string {
  if (!isJsonObject(schema) || depth > deepest) return "any";
  const target = targetOf(schema.$ref, root);
  if (target !== undefined) return typeOf(target, root, depth + 1);
  const values = Array.isArray(schema.enum) ? schema.enum.map((one) => String(one)).join("|") : "";
  if (values !== "" && values.length <= longestType) return values;
  const branches = schema.anyOf ?? schema.oneOf;
  const types = Array.isArray(branches)
    ? branches.slice(0, deepest).map((branch) => typeOf(branch, root, depth + 1))
    : [schema.type].flat().filter((type) => typeof type === "string");
  const known = [...new Set(types)].map((type) =>
    type === "array" && isJsonObject(schema.items)
      ? `${typeOf(schema.items, root, depth + 1)}[]`
      : type,
  );
  return cut(known.join("|"), longestType) || "any";
}

/** What a reference within the schema stands for, as generators write them: `#/$defs/Name`. */
function targetOf(reference: JsonValue | undefined, root: JsonObject): JsonValue | undefined {
  const [, group, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(textOf(reference)) ?? [];
  const definitions = group === undefined ? undefined : root[group];
  if (!isJsonObject(definitions) || name === undefined) return undefined;
  return Object.hasOwn(definitions, name) ? definitions[name] : undefined;
}
