import { isJsonObject, type JsonObject } from "@hub/core/json";
import { memberAt } from "./written-json.js";

const sentinel = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;
const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;

/** A text as a header value, by the rules of 2026-07-28 ("Value Encoding"). */
export function encodeHeaderValue(value: string): string {
  if (plain.test(value) && !sentinel.test(value)) return value;
  return `=?base64?${Buffer.from(value, "utf8").toString("base64")}?=`;
}

/** The text a header value stands for; undefined when it holds what no such value may. */
export function decodeHeaderValue(value: string): string | undefined {
  const encoded = sentinel.exec(value)?.[1];
  if (encoded !== undefined) {
    const bytes = Buffer.from(encoded, "base64");
    const isCanonical = bytes.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
    return isCanonical ? bytes.toString("utf8") : undefined;
  }
  // Node gives header bytes as latin1; only visible ASCII, space and tab are legal here.
  return /^[\x20-\x7e\t]*$/.test(value) ? value : undefined;
}

/** An argument of a tool that travels in a header as well. */
export type HeaderParameter = {
  /** The header, in lower case. */
  readonly header: string;
  readonly path: readonly string[];
  readonly type: "string" | "integer" | "boolean";
};

const headerToken = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Arguments a tool wants mirrored into `Mcp-Param-*` headers (`x-mcp-header` in its input schema).
 * Undefined when a declaration breaks the rules: such a tool must not be offered.
 */
export function headerParameters(inputSchema: unknown): readonly HeaderParameter[] | undefined {
  const found: HeaderParameter[] = [];
  const isValid = walk(inputSchema, [], true, found, 0);
  const names = new Set(found.map(({ header }) => header));
  return isValid && names.size === found.length ? found : undefined;
}

/** `isReachable`: only `properties` lie between the root and here. */
function walk(
  schema: unknown,
  path: readonly string[],
  isReachable: boolean,
  found: HeaderParameter[],
  depth: number,
): boolean {
  if (depth > 64) return true;
  if (Array.isArray(schema)) return schema.every((one) => walk(one, path, false, found, depth + 1));
  if (!isJsonObject(schema)) return true;
  if (schema["x-mcp-header"] !== undefined && path.length > 0) {
    const parameter = declared(schema, path);
    if (parameter === undefined || !isReachable) return false;
    found.push(parameter);
  } else if (schema["x-mcp-header"] !== undefined) return false;
  return Object.entries(schema).every(([key, value]) => {
    if (key === "properties" && isJsonObject(value)) {
      return Object.entries(value).every(([name, property]) =>
        walk(property, [...path, name], isReachable, found, depth + 1),
      );
    }
    // Values are data, not schemas.
    if (key === "enum" || key === "const" || key === "default" || key === "examples") return true;
    return walk(value, path.length === 0 ? ["?"] : path, false, found, depth + 1);
  });
}

function declared(schema: JsonObject, path: readonly string[]): HeaderParameter | undefined {
  const name = schema["x-mcp-header"];
  if (typeof name !== "string" || !headerToken.test(name)) return undefined;
  const { type } = schema;
  if (type !== "string" && type !== "integer" && type !== "boolean") return undefined;
  return { header: `mcp-param-${name.toLowerCase()}`, path, type };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (!isJsonObject(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return current;
}

/** The headers a client must send with these arguments; `written`: how they go out, where a number may have more digits. */
export function headersForArguments(
  parameters: readonly HeaderParameter[],
  given: unknown,
  written: string | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of parameters) {
    const value = valueAt(given, path);
    if (typeof value === "number") headers[header] = memberAt(written, path) ?? String(value);
    else if (typeof value === "string" || typeof value === "boolean")
      headers[header] = encodeHeaderValue(String(value));
  }
  return headers;
}

/** What disagrees between the headers and the arguments, in one sentence; undefined when nothing does. */
export function headerMismatch(
  parameters: readonly HeaderParameter[],
  given: unknown,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): string | undefined {
  for (const { header, path, type } of parameters) {
    const value = valueAt(given, path);
    const sent = headers[header];
    if (value === undefined || value === null) {
      if (sent !== undefined)
        return `The header ${header} was sent, but the arguments hold no value for it`;
      continue;
    }
    if (typeof sent !== "string") return `The header ${header} is missing`;
    const decoded = decodeHeaderValue(sent);
    if (decoded === undefined) return `The header ${header} holds invalid characters`;
    if (typeof value === "object") return `The argument for ${header} is no plain value`;
    const isSame =
      type === "integer" && /^-?\d/.test(decoded)
        ? Number(decoded) === Number(value)
        : decoded === String(value);
    if (!isSame) return `The header ${header} does not match the arguments`;
  }
  return undefined;
}
