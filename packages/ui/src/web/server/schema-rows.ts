import { limitsOf } from "../try/schema/limits.js";
import { isRecord, textOf } from "./definition.js";
import { below } from "./paths.js";

/** One parameter of a schema, or a part of one. */
export type SchemaRow = {
  /** Where it stands, such as `filter.tags[].name`; unique among the rows. */
  readonly path: string;
  readonly name: string;
  readonly depth: number;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string | undefined;
  /** As JSON. */
  readonly defaultValue: string | undefined;
  /** The only values that are allowed, as JSON. */
  readonly values: readonly string[];
  /** Such as `at least 1`. */
  readonly limits: readonly string[];
};

type Schema = Readonly<Record<string, unknown>>;

/** A schema may refer to itself, and a stranger wrote it. */
const deepest = 6;
const mostRows = 300;

function valuesOf(schema: Schema): readonly string[] {
  if (Array.isArray(schema.enum))
    return [...new Set(schema.enum.map((value) => JSON.stringify(value)))];
  return "const" in schema ? [JSON.stringify(schema.const)] : [];
}

/** Follows references into the same document; any other stays as it is. */
function resolve(root: Schema, schema: unknown): Schema {
  let found = isRecord(schema) ? schema : {};
  for (let hops = 0; hops < deepest && typeof found.$ref === "string"; hops += 1) {
    const { $ref, ...beside } = found;
    if (!String($ref).startsWith("#")) break;
    let target: unknown = root;
    for (const part of String($ref).slice(1).split("/").filter(Boolean)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      target = isRecord(target) && Object.hasOwn(target, key) ? target[key] : undefined;
    }
    if (!isRecord(target)) break;
    found = { ...target, ...beside };
  }
  return found;
}

const choicesOf = (schema: Schema): readonly unknown[] =>
  [schema.oneOf, schema.anyOf].find((choices) => Array.isArray(choices)) ?? [];

function typeOf(root: Schema, schema: Schema, depth = 0): string {
  if (depth > deepest) return "…";
  const named = Array.isArray(schema.type) ? schema.type.join(" or ") : textOf(schema.type);
  if (named === "array" && isRecord(schema.items))
    return `${typeOf(root, resolve(root, schema.items), depth + 1)}[]`;
  if (named !== undefined) return named;
  const choices = choicesOf(schema).map((one) => typeOf(root, resolve(root, one), depth + 1));
  if (choices.length > 0) return [...new Set(choices)].join(" or ");
  if (isRecord(schema.properties)) return "object";
  const value = Array.isArray(schema.enum) ? schema.enum[0] : schema.const;
  return value === undefined ? "any" : typeof value;
}

/** The parts of an object, also those that its `allOf` and its choices name. */
function partsOf(root: Schema, schema: Schema): { properties: Schema; required: Set<unknown> } {
  const all = Array.isArray(schema.allOf) ? schema.allOf : [];
  const sure = [schema, ...all.map((one) => resolve(root, one))];
  const chosen = choicesOf(schema).map((one) => resolve(root, one));
  const entries = [...chosen, ...sure].flatMap(({ properties }) =>
    isRecord(properties) ? Object.entries(properties) : [],
  );
  const required = sure.flatMap((one) => (Array.isArray(one.required) ? one.required : []));
  return { properties: Object.fromEntries(entries), required: new Set(required) };
}

/**
 * The parameters of a JSON schema in reading order, nested ones below their parent. `isCut` says that
 * there are more than anybody reads in a table.
 */
export function schemaRows(given: unknown): {
  readonly rows: readonly SchemaRow[];
  readonly isCut: boolean;
} {
  const root = isRecord(given) ? given : {};
  const rows: SchemaRow[] = [];
  let isCut = false;

  const addParts = (schema: Schema, path: string, depth: number) => {
    const { properties, required } = partsOf(root, schema);
    for (const [name, part] of Object.entries(properties))
      add(resolve(root, part), below(path, name), name, depth, required.has(name));
    if (isRecord(schema.additionalProperties))
      add(resolve(root, schema.additionalProperties), `${path}.*`, "(any name)", depth, false);
    if (isRecord(schema.items)) addParts(resolve(root, schema.items), `${path}[]`, depth);
  };
  const add = (schema: Schema, path: string, name: string, depth: number, isRequired: boolean) => {
    if (depth >= deepest || rows.length >= mostRows) {
      isCut = true;
      return;
    }
    rows.push({
      path,
      name,
      depth,
      type: typeOf(root, schema),
      isRequired,
      description: textOf(schema.description) ?? textOf(schema.title),
      defaultValue: "default" in schema ? JSON.stringify(schema.default) : undefined,
      values: valuesOf(schema),
      limits: limitsOf(schema),
    });
    addParts(schema, path, depth + 1);
  };

  const top = resolve(root, root);
  const type = typeOf(root, top);
  if (type === "object" || type === "any") addParts(top, "", 0);
  else add(top, "(value)", "(value)", 0, true);
  return { rows, isCut };
}
