import { isObject, listOf, type Schema, schemasOf } from "./schema.js";

/** References and `allOf` that lead into each other end here. */
const mostSteps = 16;

/** What a reference inside the document points to. Others are never followed: nothing is fetched. */
export function target(reference: unknown, root: Schema): Schema | undefined {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  if (reference === "#") return root;
  let at: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const key = unescaped(part);
    if (typeof at !== "object" || at === null || key === undefined || !Object.hasOwn(at, key))
      return undefined;
    at = Reflect.get(at, key);
  }
  return isObject(at) ? at : undefined;
}

function unescaped(part: string): string | undefined {
  try {
    return decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return undefined;
  }
}

/** Both at once, as far as a form has to know: properties and required ones are joined. */
function merged(one: Schema, other: Schema): Schema {
  const joined: Record<string, unknown> = { ...one, ...other };
  if (isObject(one.properties) && isObject(other.properties))
    joined.properties = { ...one.properties, ...other.properties };
  if (Array.isArray(one.required) && Array.isArray(other.required))
    joined.required = [...new Set([...listOf(one.required), ...listOf(other.required)])];
  return joined;
}

/** The schema with `$ref` and `allOf` at its top written out. What stands deeper stays for later. */
export function resolve(schema: Schema, root: Schema): Schema {
  let steps = 0;
  const flat = (one: Schema): Schema => {
    steps += 1;
    if (steps > mostSteps) return {};
    const { $ref: reference, allOf, ...own } = one;
    let all: Schema = {};
    const found = target(reference, root);
    if (found !== undefined) all = merged(all, flat(found));
    for (const part of schemasOf(allOf)) all = merged(all, flat(part));
    return merged(all, own);
  };
  return schema.$ref === undefined && schema.allOf === undefined ? schema : flat(schema);
}
