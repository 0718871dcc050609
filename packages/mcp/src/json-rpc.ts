import type { JsonObject } from "@hub/core/json";

export type JsonRpcId = string | number;

/** Parameters as they came; only `_meta` is known to be an object. */
export type Params = {
  readonly _meta?: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
};

export type JsonRpcRequest = {
  readonly jsonrpc: "2.0";
  readonly id: JsonRpcId;
  readonly method: string;
  readonly params?: Params;
};

export type JsonRpcNotification = {
  readonly jsonrpc: "2.0";
  readonly method: string;
  readonly params?: Params;
};

export type JsonRpcError = {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
};

export type Outcome =
  | { readonly result: JsonObject; readonly error?: undefined }
  | { readonly error: JsonRpcError; readonly result?: undefined };

export type JsonRpcResponse = Outcome & { readonly jsonrpc: "2.0"; readonly id: JsonRpcId | null };

export type Message =
  | { readonly kind: "request"; readonly message: JsonRpcRequest }
  | { readonly kind: "notification"; readonly message: JsonRpcNotification }
  | { readonly kind: "response"; readonly message: JsonRpcResponse };

/** Codes of JSON-RPC and MCP. Those of 2026-07-28 have the names its schema gives them. */
export const codes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  /** What SDKs answer to a request whose session is missing. */
  badRequest: -32_000,
  /** What SDKs answer to a session nobody knows. */
  sessionNotFound: -32_001,
  /** 2025 revisions only. */
  resourceNotFound: -32_002,
  headerMismatch: -32_020,
  missingClientCapability: -32_021,
  unsupportedVersion: -32_022,
  urlElicitationRequired: -32_042,
} as const;

/** The code of 2026-07-28 for an error of a 2025 server: two of them are no more. */
export function modernCode(code: number): number {
  if (code === codes.resourceNotFound) return codes.invalidParams;
  return code === codes.urlElicitationRequired ? codes.internalError : code;
}

type Parsed = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Parsed =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is JsonRpcId =>
  typeof value === "string" || (typeof value === "number" && Number.isFinite(value));

/** Whether a server means an id: some write a number as a text. */
export function isSameId(answered: JsonRpcId | null | undefined, asked: JsonRpcId): boolean {
  if (answered === asked) return true;
  return typeof answered === "string" && typeof asked === "number" && answered === String(asked);
}

function without(value: Parsed, name: string): Parsed {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}

/** Without what some write as `null` where MCP knows nothing but an object: it is not given. */
function withoutNulls(value: Parsed): Parsed {
  const { params } = value;
  if (params === null) return without(value, "params");
  return isObject(params) && params._meta === null
    ? { ...value, params: without(params, "_meta") }
    : value;
}

/** Tells what a parsed value is, or that it is no JSON-RPC message of MCP. Unknown members stay. */
export function messageOf(given: unknown): Message | undefined {
  if (!isObject(given) || given.jsonrpc !== "2.0") return undefined;
  const value = withoutNulls(given);
  // Some would take it for the one, some for the other.
  if (value.method !== undefined && (value.result !== undefined || value.error !== undefined))
    return undefined;
  if (value.method === undefined)
    return isResponse(value) ? { kind: "response", message: value } : undefined;
  if (isRequest(value)) return { kind: "request", message: value };
  return isNotification(value) ? { kind: "notification", message: value } : undefined;
}

function asksFor({ method, params }: Parsed): boolean {
  if (typeof method !== "string") return false;
  if (params === undefined) return true;
  return isObject(params) && (params._meta === undefined || isObject(params._meta));
}

function isRequest(value: Parsed): value is Parsed & JsonRpcRequest {
  return isId(value.id) && asksFor(value);
}

function isNotification(value: Parsed): value is Parsed & JsonRpcNotification {
  return value.id === undefined && asksFor(value);
}

function isResponse(value: Parsed): value is Parsed & JsonRpcResponse {
  const { id, error, result } = value;
  const isError = isObject(error) && typeof error.code === "number";
  return isError !== isObject(result) && (isId(id) || id === null);
}

/** The message in a text; undefined for anything else. */
export function parseMessage(text: string): Message | undefined {
  try {
    return messageOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function errorText(id: JsonRpcId | null, error: JsonRpcError): string {
  return JSON.stringify({ jsonrpc: "2.0", id, error });
}

export function resultText(id: JsonRpcId, result: unknown): string {
  return JSON.stringify({ jsonrpc: "2.0", id, result });
}
