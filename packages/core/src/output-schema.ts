import { isJsonObject, type JsonObject, type JsonValue } from "./json.js";

type Check = (value: JsonValue, within: Walk) => boolean;
type Walk = { readonly root: JsonObject; readonly seen: Set<JsonValue> };

const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

const isNumber: Check = (value) => typeof value === "number";
const isFlag: Check = (value) => typeof value === "boolean";
const isText: Check = (value) => typeof value === "string";
const isTexts: Check = (value) => Array.isArray(value) && value.every((one) => isText(one, none));
const isSchema: Check = (value, walk) =>
  typeof value === "boolean" || (isJsonObject(value) && compiles(value, walk));
const isSchemas: Check = (value, walk) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isSchema(one, walk));
const areNamed: Check = (value, walk) =>
  isJsonObject(value) && Object.values(value).every((one) => isSchema(one, walk));
const none: Walk = { root: {}, seen: new Set() };
const never: Check = () => false;

/** What validators ask of each keyword that they know; `never`: what some cannot compile at all. */
const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["type", (value) => [value].flat().every((one) => typeof one === "string" && types.has(one))],
  ["enum", (value) => Array.isArray(value) && value.length > 0],
  ["properties", areNamed],
  ["patternProperties", (value, walk) => areNamed(value, walk) && areKeys(value)],
  ["$defs", areNamed],
  ["definitions", areNamed],
  ["required", isTexts],
  ["additionalProperties", isSchema],
  ["additionalItems", isSchema],
  ["propertyNames", isSchema],
  ["contains", isSchema],
  ["not", isSchema],
  ["if", isSchema],
  ["then", isSchema],
  ["else", isSchema],
  ["items", (value, walk) => isSchema(value, walk) || isSchemas(value, walk)],
  ["anyOf", isSchemas],
  ["oneOf", isSchemas],
  ["allOf", isSchemas],
  ...["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"].map(
    (keyword) => [keyword, isNumber] as const,
  ),
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map(
    (keyword) => [keyword, isNumber] as const,
  ),
  ["uniqueItems", isFlag],
  ["nullable", isFlag],
  ["format", isText],
  ["pattern", (value) => isPattern(value)],
  ["$schema", isText],
  ["$ref", (value, walk) => leadsToSchema(value, walk)],
  ["dependencies", never],
  ["id", never],
  ["$id", never],
  ["$anchor", never],
  ["$dynamicAnchor", never],
  ["$dynamicRef", never],
  ["$recursiveRef", never],
  ["$async", never],
  ["$data", never],
  ["discriminator", never],
  ...["formatMinimum", "formatMaximum", "formatExclusiveMinimum", "formatExclusiveMaximum"].map(
    (keyword) => [keyword, never] as const,
  ),
]);

/**
 * Whether every client's validator takes an output schema: clients compile it when they read the list, and
 * some refuse the whole list for one that they cannot. False for more than must be: without an output
 * schema a tool is as usable.
 */
export function isCompilable(schema: JsonObject): boolean {
  return schema.type === "object" && compiles(schema, { root: schema, seen: new Set() });
}

function compiles(schema: JsonObject, walk: Walk): boolean {
  if (walk.seen.has(schema)) return true;
  walk.seen.add(schema);
  if (schema.nullable !== undefined && !allowsNullable(schema)) return false;
  return Object.entries(schema).every(([keyword, value]) => {
    const check = checks.get(keyword);
    return check === undefined || check(value, walk);
  });
}

function allowsNullable({ type, nullable }: JsonObject): boolean {
  const named = [type ?? []].flat();
  return named.length > 0 && !(nullable === false && named.includes("null"));
}

function isPattern(value: JsonValue): boolean {
  if (typeof value !== "string") return false;
  try {
    new RegExp(value, "u");
    return true;
  } catch {
    return false;
  }
}

function areKeys(value: JsonValue): boolean {
  return isJsonObject(value) && Object.keys(value).every(isPattern);
}

/** Whether a reference stays within its schema and names one there. */
function leadsToSchema(reference: JsonValue, walk: Walk): boolean {
  if (reference === "#") return true;
  if (typeof reference !== "string" || !/^#(\/[\w$.-]+)+$/.test(reference)) return false;
  let found: JsonValue | undefined = walk.root;
  for (const part of reference.slice(2).split("/")) {
    if (!isJsonObject(found) || !Object.hasOwn(found, part)) return false;
    found = found[part];
  }
  return isJsonObject(found) && compiles(found, walk);
}
