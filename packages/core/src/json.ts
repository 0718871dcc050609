/** Whatever JSON can hold. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
/** An object of JSON, which nobody changes. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** An object, and no array. It does not look inside. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The one spelling of a JSON value: keys sorted by code unit, no white space (as RFC 8785).
 * The value must not be nested deeper than the call stack holds; the probe caps that at 64.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .sort()
      .flatMap((key) => {
        const member = value[key];
        return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
      });
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

const encoder = new TextEncoder();

/** How many bytes a text takes as UTF-8. */
export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

/** An object as it is stored: without members that are undefined. */
export function jsonOf(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}
