type Schema = Readonly<Record<string, unknown>>;

const limitWords: Readonly<Record<string, (value: unknown) => string>> = {
  format: (value) => `format ${value}`,
  pattern: (value) => `matches ${value}`,
  minimum: (value) => `at least ${value}`,
  exclusiveMinimum: (value) => `more than ${value}`,
  maximum: (value) => `at most ${value}`,
  exclusiveMaximum: (value) => `less than ${value}`,
  multipleOf: (value) => `multiple of ${value}`,
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minItems: (value) => `at least ${value} items`,
  maxItems: (value) => `at most ${value} items`,
};

/** Formats that say to a person what their pattern says to a machine. */
const knownFormats = new Set([
  ...["date", "date-time", "time", "duration", "email", "hostname", "ipv4", "ipv6"],
  ...["uri", "url", "uri-reference", "uuid", "cuid", "cuid2", "ulid", "nanoid", "base64"],
  ...["base64url", "cidrv4", "cidrv6", "jwt", "e164"],
]);

const bounds = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

/** A bound that only says how large a number can be at all: libraries write it for every integer. */
export function isMachineBound(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) >= Number.MAX_SAFE_INTEGER;
}

function isNoise(schema: Schema, key: string): boolean {
  if (key === "pattern") return knownFormats.has(String(schema.format));
  return bounds.includes(key) && isMachineBound(schema[key]);
}

/** What a schema demands of a value beside its type, for people: without what only machines need. */
export function limitsOf(schema: Schema): readonly string[] {
  const limits = Object.entries(limitWords).flatMap(([key, word]) => {
    const value = schema[key];
    const isLimit = typeof value === "string" || typeof value === "number";
    return isLimit && !isNoise(schema, key) ? [word(value)] : [];
  });
  return schema.uniqueItems === true ? [...limits, "each only once"] : limits;
}
