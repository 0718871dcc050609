/** A JSON schema, as far as the command line reads it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: Schema;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Follows references within the schema; one that leads nowhere, or in a circle, allows everything. */
function resolved(schema: unknown, root: Schema, depth = 0): Schema {
  if (!isObject(schema)) return {};
  const { $ref: reference } = schema;
  if (typeof reference !== "string") return schema;
  if (!reference.startsWith("#/") || depth > 8) return {};
  let found: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return resolved(found, root, depth + 1);
}

/** The parameters of a tool, in the order of its schema. */
export function parametersOf(inputSchema: unknown): readonly Parameter[] {
  if (!isObject(inputSchema)) return [];
  const { properties, required } = inputSchema;
  if (!isObject(properties)) return [];
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    isRequired: needed.includes(name),
    schema: resolved(schema, inputSchema),
  }));
}

/** The types that a schema allows: those of all its alternatives. Empty: any. */
export function typesOf(schema: Schema, depth = 0): readonly string[] {
  if (depth > 8) return [];
  const { type } = schema;
  const own: readonly unknown[] = Array.isArray(type) ? type : type === undefined ? [] : [type];
  const alternatives = [schema.anyOf, schema.oneOf, schema.allOf].flatMap(
    (list): readonly unknown[] => (Array.isArray(list) ? list : []),
  );
  const values: readonly unknown[] = Array.isArray(schema.enum)
    ? schema.enum
    : Object.hasOwn(schema, "const")
      ? [schema.const]
      : [];
  const all = [
    ...own,
    ...alternatives.flatMap((one) => (isObject(one) ? typesOf(one, depth + 1) : [])),
    ...(own.length > 0 ? [] : values.map(typeOfValue)),
  ];
  return [...new Set(all.filter((one) => typeof one === "string"))];
}

/** The type of a value in the words of JSON schema. */
export function typeOfValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

/** `city (string)`, for a list. */
export function parameterText({ name, schema }: Parameter): string {
  const types = typesOf(schema);
  return types.length === 0 ? name : `${name} (${types.join(" or ")})`;
}

/** The arguments that a tool needs, as they would be typed: `city=...`. */
export function neededWords(inputSchema: unknown): readonly string[] {
  return parametersOf(inputSchema).flatMap(({ name, isRequired }) =>
    isRequired ? [`${name}=...`] : [],
  );
}
