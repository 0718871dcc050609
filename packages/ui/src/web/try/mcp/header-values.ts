import { isObject, type JsonObject, type Schema, textOf } from "../schema/schema.js";

const sentinel = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const mostDepth = 16;

/** A text as a header value, by the rules of 2026-07-28 (“Value Encoding”). */
export function headerValue(value: string): string {
  if (plain.test(value) && !sentinel.test(value)) return value;
  const bytes = new TextEncoder().encode(value);
  return `=?base64?${btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""))}?=`;
}

/** The headers for arguments whose schema says that they travel in one as well (`x-mcp-header`). */
export function parameterHeaders(
  schema: Schema,
  values: JsonObject,
  depth = 0,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (!isObject(schema.properties) || depth > mostDepth) return headers;
  for (const [name, property] of Object.entries(schema.properties)) {
    if (!isObject(property) || !Object.hasOwn(values, name)) continue;
    const value = values[name];
    const header = textOf(property["x-mcp-header"]);
    if (
      header !== undefined &&
      token.test(header) &&
      ["string", "number", "boolean"].includes(typeof value)
    )
      headers[`Mcp-Param-${header}`] = headerValue(String(value));
    if (isObject(value)) Object.assign(headers, parameterHeaders(property, value, depth + 1));
  }
  return headers;
}
