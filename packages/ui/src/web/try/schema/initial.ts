import { kindOf, requiredOf, shown } from "./kind.js";
import type { Schema } from "./schema.js";

/** A schema that holds itself would never end. */
const mostDepth = 6;

/** What stands in a field before anything is typed; undefined is an empty field, which is not sent. */
export function initialValue(given: Schema, root: Schema, isRequired: boolean, depth = 0): unknown {
  const schema = shown(given, root, isRequired);
  // Libraries write `null` for “nothing is preset”.
  if (schema.default !== undefined && (schema.default !== null || isRequired))
    return schema.default;
  if (!isRequired || depth > mostDepth) return undefined;
  const kind = kindOf(schema, root);
  switch (kind.is) {
    case "boolean":
      return false;
    case "null":
      return null;
    case "list":
    case "choices":
      return [];
    case "choice":
      return kind.options.length === 1 ? kind.options[0]?.value : undefined;
    case "union": {
      const first = kind.variants[0];
      return first === undefined ? undefined : initialValue(first, root, true, depth + 1);
    }
    case "object": {
      const required = requiredOf(schema);
      const fields = kind.properties
        .map(
          ([name, one]) => [name, initialValue(one, root, required.has(name), depth + 1)] as const,
        )
        .filter(([, value]) => value !== undefined);
      return Object.fromEntries(fields);
    }
    default:
      return undefined;
  }
}

/** A new entry of a list: a text begins empty rather than absent. */
export function initialItem(items: Schema, root: Schema): unknown {
  const value = initialValue(items, root, true);
  return value === undefined && shown(items, root, true).type === "string" ? "" : value;
}
