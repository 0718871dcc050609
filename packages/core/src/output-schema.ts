import { isJsonObject, type JsonObject, type JsonValue } from "./json.js";

type Check = (value: JsonValue, within: Walk) => boolean;
type Walk = {
  readonly root: JsonObject;
  readonly seen: Set<JsonValue>;
  depth: number;
  /** References looked at. */
  references: number;
};

/** What validators compile in no time; with more of it some take seconds, or run out of stack. */
const mostSchemas = 1_000;
const mostReferences = 100;
const mostDepth = 100;

const types = new Set(["string", "number", "integer", "boolean", "object", "array", "null"]);

const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isFlag: Check = (value) => typeof value === "boolean";
const isText: Check = (value) => typeof value === "string";
const isTexts: Check = (value) => Array.isArray(value) && value.every((one) => isText(one, none));
const isSchema: Check = (value, walk) =>
  typeof value === "boolean" || (isJsonObject(value) && compiles(value, walk));
const isSchemas: Check = (value, walk) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isSchema(one, walk));
const areNamed: Check = (value, walk) =>
  isJsonObject(value) && Object.values(value).every((one) => isSchema(one, walk));
const startAt = (root: JsonObject): Walk => ({ root, seen: new Set(), depth: 0, references: 0 });
const none = startAt({});
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

/** Keywords with values that are no schemas, in which validators look for none. */
const values = new Set(["const", "default", "enum", "examples", "$comment"]);
const names = ["$id", "$anchor", "$dynamicAnchor"];

/** Whether nothing in the value of an unknown keyword gives itself a name: validators look there as well. */
function isNameless(value: JsonValue, depth: number): boolean {
  if (depth > mostDepth) return false;
  if (Array.isArray(value)) return value.every((one: JsonValue) => isNameless(one, depth + 1));
  if (!isJsonObject(value)) return true;
  return (
    names.every((name) => typeof value[name] !== "string") &&
    Object.values(value).every((one) => isNameless(one, depth + 1))
  );
}

/**
 * Whether every client's validator takes an output schema: clients compile it when they read the list, and
 * some refuse the whole list for one that they cannot. False for more than must be: without an output
 * schema a tool is as usable.
 */
export function isCompilable(schema: JsonObject): boolean {
  return schema.type === "object" && compiles(schema, startAt(schema));
}

function compiles(schema: JsonObject, walk: Walk): boolean {
  if (walk.seen.has(schema)) return true;
  walk.seen.add(schema);
  if (walk.seen.size > mostSchemas || walk.depth > mostDepth) return false;
  if (schema.nullable !== undefined && !allowsNullable(schema)) return false;
  walk.depth += 1;
  const isGood = Object.entries(schema).every(([keyword, value]) => {
    const check = checks.get(keyword);
    return check === undefined
      ? values.has(keyword) || isNameless(value, walk.depth)
      : check(value, walk);
  });
  walk.depth -= 1;
  return isGood;
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

/** What a reference names, if it stays within its schema. */
function named(reference: JsonValue | undefined, root: JsonObject): JsonObject | undefined {
  if (reference === "#") return root;
  if (typeof reference !== "string" || !/^#(\/[\w$.-]+)+$/.test(reference)) return undefined;
  let found: JsonValue | undefined = root;
  for (const part of reference.slice(2).split("/")) {
    if (!isJsonObject(found) || !Object.hasOwn(found, part)) return undefined;
    found = found[part];
  }
  return isJsonObject(found) ? found : undefined;
}

/** Whether a reference names a schema, at last: one that only leads on to references has no end. */
function leadsToSchema(reference: JsonValue, walk: Walk): boolean {
  walk.references += 1;
  if (walk.references > mostReferences) return false;
  const found = named(reference, walk.root);
  const passed = new Set<JsonObject>();
  for (let at = found; at?.$ref !== undefined; at = named(at.$ref, walk.root)) {
    if (passed.has(at) || passed.size > mostReferences) return false;
    passed.add(at);
  }
  return found !== undefined && compiles(found, walk);
}
