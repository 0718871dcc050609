import { target } from "./resolve.js";
import { isObject, type Schema, schemasOf } from "./schema.js";

const mostDepth = 32;
/** Forms within forms multiply; beyond this many of them nothing is kept. */
const mostSteps = 10_000;
/** Here stand names with a schema each, whatever the names are. */
const maps = new Set(["properties", "patternProperties", "dependentSchemas", "dependencies"]);
/** Only what refers to these makes them say anything. */
const stores = new Set(["$defs", "definitions"]);
/** References that are not followed could lead to anything. */
const references = new Set(["$dynamicRef", "$recursiveRef"]);

/** Whether what is typed there is nobody's to see. */
export function isSecret(schema: Schema): boolean {
  return schema.format === "password" || schema.format === "secret" || schema.writeOnly === true;
}

/** The schemas that one keyword brings along; undefined for a reference that leads nowhere. */
function within(key: string, value: unknown, root: Schema): readonly (Schema | undefined)[] {
  if (stores.has(key) || value === undefined) return [];
  if (references.has(key)) return [undefined];
  if (key === "$ref") return [target(value, root)];
  if (maps.has(key) && isObject(value)) return Object.values(value).filter(isObject);
  return isObject(value) ? [value] : schemasOf(value);
}

/** Whether the keywords of a schema ask for a secret anywhere, or could. */
function holdSecret(keywords: Schema, root: Schema): boolean {
  const seen = new Set<Schema>();
  const open: (Schema | undefined)[] = [];
  const add = (one: Schema) => {
    for (const [key, value] of Object.entries(one)) open.push(...within(key, value, root));
  };
  add(keywords);
  while (open.length > 0) {
    const one = open.pop();
    if (one === undefined || isSecret(one)) return true;
    if (!seen.has(one)) add(one);
    seen.add(one);
  }
  return false;
}

/** Where in a value a schema asks for secrets. */
function lookInto(schema: Schema, root: Schema) {
  const { $ref: reference, allOf, anyOf, oneOf, properties, items, ...others } = schema;
  const fields = isObject(properties) ? properties : {};
  const each = isObject(items) ? items : undefined;
  return {
    hasNone: !isSecret(schema) && !holdSecret(schema, root),
    isSecret: isSecret(schema),
    /** In places that are not told apart, such as fields of any name. */
    isElsewhere: holdSecret(each === undefined ? { ...others, items } : others, root),
    inFields: holdSecret({ properties: fields }, root),
    inItems: each !== undefined && holdSecret({ items: each }, root),
    /** What holds for the same value. */
    same: [
      ...(reference === undefined ? [] : [target(reference, root)]),
      ...[allOf, anyOf, oneOf].flatMap(schemasOf),
    ],
    fields,
    each,
  };
}

/**
 * The value without what was typed into fields for secrets, to be kept in the browser. Where a secret
 * could be but not surely where, nothing is kept.
 */
export function withoutSecrets(given: Schema, root: Schema, value: unknown): unknown {
  const known = new Map<Schema, ReturnType<typeof lookInto>>();
  let steps = 0;
  const strip = (schema: Schema, from: unknown, depth: number): unknown => {
    const found = known.get(schema) ?? lookInto(schema, root);
    known.set(schema, found);
    if (from === undefined || found.hasNone) return from;
    steps += 1;
    if (found.isSecret || found.isElsewhere || depth > mostDepth || steps > mostSteps)
      return undefined;
    const left = found.same.reduce<unknown>(
      (kept, one) => (one === undefined ? undefined : strip(one, kept, depth + 1)),
      from,
    );
    const { inFields, inItems, fields, each } = found;
    if (!inFields && !inItems) return left;
    if (isObject(left) && !inItems)
      return Object.fromEntries(
        Object.entries(left)
          .map(([name, one]) => {
            const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
            return [name, isObject(field) ? strip(field, one, depth + 1) : one] as const;
          })
          .filter(([, one]) => one !== undefined),
      );
    if (Array.isArray(left) && !inFields && each !== undefined)
      return left.map((one) => strip(each, one, depth + 1) ?? null);
    // A text, or a list in place of an object, may hold the secret as well.
    return typeof left === "string" || isObject(left) || Array.isArray(left) ? undefined : left;
  };
  return strip(given, value, 0);
}
