import { HubError } from "@hub/core";
import { longestLogBytes } from "@hub/core/diagnosis";
import { scanJson } from "@hub/mcp";

/** Bytes a REST request may have. */
const restBodyLimit = 64 * 1_024;
const deepestJson = 32;
const mostFields = 200;

/** The length of the body where the HTTP parser holds the sender to it; undefined for chunks and for lies. */
function exactLength({ headers }: Request): number | undefined {
  const length = headers.get("content-length");
  if (headers.has("transfer-encoding")) return undefined;
  if (length !== null) return /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  // Without a length and without chunks there is no body, and then nobody names its type either.
  return headers.has("content-type") ? undefined : 0;
}

/** Reads a body while counting: a length that is missing or a lie does not get past the limit. */
async function readBody(request: Request, limit: number): Promise<Uint8Array> {
  const tooLarge = () =>
    new HubError("BODY_TOO_LARGE", `The body may have at most ${limit} bytes; this one has more.`);
  const length = exactLength(request);
  if (length !== undefined && length > limit) throw tooLarge();
  if (length === 0) return new Uint8Array();
  // The parser ends the body after that many bytes, so it can be taken in one piece.
  if (length !== undefined) {
    const bytes = new Uint8Array(await request.arrayBuffer().catch(brokenOff));
    if (bytes.byteLength > limit) throw tooLarge();
    return bytes;
  }
  if (request.body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = request.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(brokenOff);
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel().catch(() => {});
      throw tooLarge();
    }
    chunks.push(value);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}

function invalid(detail: string): HubError {
  return new HubError("INVALID_REQUEST", detail);
}

/** The client went away, which is no fault of the hub. */
function brokenOff(): never {
  throw invalid("The body ended before it was complete.");
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What programs print may be cut anywhere, and hold anything. */
const lenientUtf8 = new TextDecoder();

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw invalid("The body is not valid UTF-8.");
  }
}

/** Throws a TypeError at a key that would be a prototype to a careless reader. */
function refuseProto(key: string, member: unknown): unknown {
  if (key === "__proto__") throw new TypeError("proto");
  return member;
}

/** Whether such a key may be in a JSON text, spelled out or with escapes. Looking is much cheaper than visiting all keys. */
function mayHoldProto(text: string): boolean {
  return text.includes("__proto__") || text.includes("\\u");
}

/** Parses a JSON object; refuses what would mean something else to another reader. */
function parseJsonObject(bytes: Uint8Array): Record<string, unknown> {
  const text = decode(bytes);
  // Before parsing: later steps recurse.
  if (scanJson(text, { depth: deepestJson, values: Number.POSITIVE_INFINITY }).excess !== undefined)
    throw invalid(`The JSON body is nested deeper than ${deepestJson} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(text, mayHoldProto(text) ? refuseProto : undefined);
  } catch (error) {
    throw invalid(
      error instanceof TypeError
        ? "The body may not hold a key named `__proto__`."
        : "The body is not valid JSON.",
    );
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid(
      `The body must be a JSON object, got ${Array.isArray(value) ? "an array" : value === null ? "null" : `a ${typeof value}`}.`,
    );
  }
  // An object that JSON.parse made and that is no array: its keys are strings.
  return value as Record<string, unknown>;
}

/** The fields of a form, in the order they came. */
export type FormFields = readonly (readonly [name: string, value: string])[];

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw invalid("The form holds a percent escape that is not valid UTF-8.");
  }
}

function parseUrlEncoded(bytes: Uint8Array): FormFields {
  const text = decode(bytes);
  if (text === "") return [];
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      return at < 0
        ? [percentDecode(pair), ""]
        : [percentDecode(pair.slice(0, at)), percentDecode(pair.slice(at + 1))];
    });
}

async function parseMultipart(bytes: Uint8Array, contentType: string): Promise<FormFields> {
  let form: FormData;
  try {
    // A copy with a buffer of its own, which is what a Response body has to be.
    form = await new Response(new Uint8Array(bytes), {
      headers: { "content-type": contentType },
    }).formData();
  } catch {
    throw invalid(
      "The body is not valid multipart/form-data, or its boundary is not the one in Content-Type.",
    );
  }
  const fields: [string, string][] = [];
  for (const [name, value] of form) {
    if (typeof value !== "string")
      throw invalid(
        `The form field \`${name.slice(0, 60)}\` is a file; the hub reads text fields only.`,
      );
    if (value.includes("\uFFFD") || name.includes("\uFFFD"))
      throw invalid("The body is not valid UTF-8.");
    fields.push([name, value]);
  }
  return fields;
}

export type ParsedBody =
  | { readonly kind: "json"; readonly value: Record<string, unknown> }
  | { readonly kind: "form"; readonly fields: FormFields };

type BodyType = "json" | "urlencoded" | "multipart" | "text";

const bodyTypes: ReadonlyMap<string, BodyType> = new Map<string, BodyType>(
  Object.entries({
    "application/json": "json",
    "application/x-www-form-urlencoded": "urlencoded",
    "multipart/form-data": "multipart",
    "text/plain": "text",
  }),
);

/** The declared type of a body, if it is one of those that are read here. Throws UNSUPPORTED_MEDIA_TYPE. */
function declaredType(contentType: string, readable: readonly BodyType[]): BodyType {
  const type = bodyTypes.get(contentType.split(";")[0]?.trim().toLowerCase() ?? "");
  const charset = /charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? "utf-8";
  const isText = ["utf-8", "utf8", "us-ascii"].includes(charset);
  if (type !== undefined && readable.includes(type) && isText) return type;
  const names = [...bodyTypes].flatMap(([name, type]) => (readable.includes(type) ? [name] : []));
  throw new HubError(
    "UNSUPPORTED_MEDIA_TYPE",
    `Send ${names.join(" or ")} in UTF-8; got ${contentType === "" ? "no Content-Type" : JSON.stringify(contentType.slice(0, 100))}.`,
  );
}

const contentTypeOf = (request: Request) => request.headers.get("content-type") ?? "";

/** Reads a body as the type it declares, never as another (a text/plain body may come from any page). */
export async function parseBody(request: Request): Promise<ParsedBody> {
  const contentType = contentTypeOf(request);
  const type = declaredType(contentType, ["json", "urlencoded", "multipart"]);
  const bytes = await readBody(request, restBodyLimit);
  if (type === "json") return { kind: "json", value: parseJsonObject(bytes) };
  const fields =
    type === "multipart" ? await parseMultipart(bytes, contentType) : parseUrlEncoded(bytes);
  if (fields.length > mostFields) throw invalid(`The form has more than ${mostFields} fields.`);
  return { kind: "form", fields };
}

/** Reads a JSON object. */
export async function parseJson(request: Request): Promise<Record<string, unknown>> {
  declaredType(contentTypeOf(request), ["json"]);
  return parseJsonObject(await readBody(request, restBodyLimit));
}

/** As `parseJson`, but a request without a body is fine, whatever it declares. */
export async function parseOptionalJson(
  request: Request,
): Promise<Record<string, unknown> | undefined> {
  const bytes = await readBody(request, restBodyLimit);
  if (bytes.byteLength === 0) return undefined;
  declaredType(contentTypeOf(request), ["json"]);
  return parseJsonObject(bytes);
}

/** Reads plain text. */
export async function parseText(request: Request): Promise<string> {
  declaredType(contentTypeOf(request), ["text"]);
  return lenientUtf8.decode(await readBody(request, longestLogBytes));
}
