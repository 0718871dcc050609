import { resolve } from "./resolve.js";
import { isObject, listOf, type Schema, schemasOf, textOf } from "./schema.js";

/** One of a few values. */
export type Option = { readonly value: unknown; readonly label: string };

/** What a form shows for a schema. */
export type Kind =
  | { readonly is: "text" }
  | { readonly is: "number"; readonly isInteger: boolean }
  | { readonly is: "boolean" }
  | { readonly is: "null" }
  | { readonly is: "choice"; readonly options: readonly Option[] }
  | { readonly is: "choices"; readonly options: readonly Option[] }
  | { readonly is: "list"; readonly items: Schema }
  | {
      readonly is: "object";
      readonly properties: readonly (readonly [name: string, schema: Schema])[];
    }
  | { readonly is: "union"; readonly variants: readonly Schema[] }
  /** Anything else is written as JSON. */
  | { readonly is: "json" };

/** A schema that holds itself ends here. */
const mostDepth = 8;
/** More forms of one value than anybody chooses from. */
const mostVariants = 20;

const label = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

/** The values of `enum`, or of `oneOf` or `anyOf` with nothing but constants in it. */
function optionsOf(schema: Schema): readonly Option[] | undefined {
  if (Array.isArray(schema.enum)) {
    const names = listOf(schema.enumNames);
    return schema.enum.map((value, index) => ({
      value,
      label: textOf(names[index]) ?? label(value),
    }));
  }
  if (schema.const !== undefined)
    return [{ value: schema.const, label: textOf(schema.title) ?? label(schema.const) }];
  const constants = variantsOf(schema);
  if (constants.length === 0 || !constants.every((one) => one.const !== undefined))
    return undefined;
  return constants.map((one) => ({
    value: one.const,
    label: textOf(one.title) ?? label(one.const),
  }));
}

function variantsOf(schema: Schema): readonly Schema[] {
  const several = schemasOf(schema.oneOf);
  return several.length > 0 ? several : schemasOf(schema.anyOf);
}

/** `anyOf` that only says which fields go together is for the server to check, not a choice of forms. */
const isOnlyRule = (variant: Schema) =>
  Object.keys(variant).every((key) => ["required", "not", "if", "then", "else"].includes(key));

/** The schema as a form shows it: references written out, and `null` left out where it may be left empty. */
export function shown(given: Schema, root: Schema, isRequired: boolean, depth = 0): Schema {
  const schema = resolve(given, root);
  const { type } = schema;
  if (Array.isArray(type)) {
    const types = isRequired ? type : type.filter((one) => one !== "null");
    if (types.length === 1) return { ...schema, type: types[0] };
    const { type: _, title, description, default: preset, ...rest } = schema;
    const variants = types.map((one) => ({ ...rest, type: one }));
    return { title, description, default: preset, anyOf: variants };
  }
  const variants = variantsOf(schema);
  if (isRequired || variants.length === 0 || depth > mostDepth) return schema;
  const others = variants.filter((one) => one.type !== "null");
  const only = others[0];
  if (others.length === variants.length || only === undefined) return schema;
  const { oneOf: _, anyOf: __, ...rest } = schema;
  if (others.length > 1) return { ...rest, anyOf: others };
  return shown({ ...resolve(only, root), ...rest }, root, isRequired, depth + 1);
}

/** What to show for a schema that `shown` has made. */
export function kindOf(schema: Schema, root: Schema): Kind {
  const options = optionsOf(schema);
  if (options !== undefined) return { is: "choice", options };
  const variants = variantsOf(schema);
  if (variants.length > 0 && !variants.every(isOnlyRule)) {
    // What stands beside the choice holds for each of the variants.
    const { oneOf: _, anyOf: __, title: ___, description: ____, default: _____, ...rest } = schema;
    return {
      is: "union",
      variants: variants
        .slice(0, mostVariants)
        .map((one) => resolve({ ...rest, allOf: [one] }, root)),
    };
  }
  const properties = isObject(schema.properties) ? Object.entries(schema.properties) : [];
  switch (schema.type) {
    case "string":
      return { is: "text" };
    case "number":
    case "integer":
      return { is: "number", isInteger: schema.type === "integer" };
    case "boolean":
      return { is: "boolean" };
    case "null":
      return { is: "null" };
    case "array": {
      if (!isObject(schema.items)) return { is: "json" };
      const items = resolve(schema.items, root);
      const choices = optionsOf(items);
      return choices === undefined ? { is: "list", items } : { is: "choices", options: choices };
    }
    case "object":
    case undefined:
      if (properties.length === 0) return { is: "json" };
      return {
        is: "object",
        properties: properties.map(([name, one]) => [name, isObject(one) ? one : {}]),
      };
    default:
      return { is: "json" };
  }
}

export const requiredOf = (schema: Schema): ReadonlySet<unknown> =>
  new Set(listOf(schema.required));
