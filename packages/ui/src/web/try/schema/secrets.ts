import { kindOf, shown } from "./kind.ts";
import { isObject, type Schema } from "./schema.ts";

const mostDepth = 8;

/** Whether what is typed there is nobody's to see. */
export function isSecret(schema: Schema): boolean {
  return schema.format === "password" || schema.format === "secret" || schema.writeOnly === true;
}

/** The value without what was typed into fields for secrets, to be kept in the browser. */
export function withoutSecrets(given: Schema, root: Schema, value: unknown, depth = 0): unknown {
  const schema = shown(given, root, false);
  if (isSecret(schema)) return undefined;
  if (depth > mostDepth) return value;
  const kind = kindOf(schema, root);
  if (kind.is === "list" && Array.isArray(value))
    return value.map((one) => withoutSecrets(kind.items, root, one, depth + 1) ?? null);
  if (kind.is === "union")
    return kind.variants.reduce((kept, one) => withoutSecrets(one, root, kept, depth + 3), value);
  if (kind.is !== "object" || !isObject(value)) return value;
  const schemas = new Map(kind.properties);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => {
        const known = schemas.get(name);
        return [
          name,
          known === undefined ? one : withoutSecrets(known, root, one, depth + 1),
        ] as const;
      })
      .filter(([, one]) => one !== undefined),
  );
}
