import { isJsonObject, type JsonObject, type JsonValue } from "@hub/core/json";
import { isSameId, isUnauthorized, metaKeys, modernMeta, modernVersion } from "@hub/mcp";

export function clientInfo(version: string): JsonObject {
  return { name: "mcp-hub", version };
}

/**
 * What the hub says that clients can do while it reads what a server offers: all that a server may ask of a
 * client, so that tools which are only for clients that can be asked are read as well. Nothing is asked for
 * while lists are read; each call says what its own client can do. Without roots, since servers ask for those
 * at once.
 */
export const readingCapabilities: JsonObject = {
  sampling: {},
  elicitation: { form: {}, url: {} },
};

/** What every request of the 2026-07-28 revision carries in `_meta` while the hub reads. */
export function readingMeta(version: string): JsonObject {
  return modernMeta({
    clientInfo: clientInfo(version),
    clientCapabilities: readingCapabilities,
  });
}

/** What a server said when it was greeted. */
export type ServerIntroduction = {
  readonly era: "modern" | "legacy";
  readonly protocolVersion: string;
  readonly supportedVersions?: readonly string[];
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  /** It gave out a session id, or speaks a transport that is a session. */
  readonly keepsSessions?: boolean;
};

const mostInstructions = 32_768;

function common(result: JsonObject) {
  const { capabilities, instructions } = result;
  return {
    capabilities: isJsonObject(capabilities) ? capabilities : {},
    ...(typeof instructions === "string"
      ? { instructions: instructions.slice(0, mostInstructions) }
      : {}),
  };
}

function texts(value: JsonValue | undefined): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((one): one is string => typeof one === "string").slice(0, 32);
}

/** Reads the result of `server/discover`; undefined when it is none. */
export function discovered(result: JsonObject): ServerIntroduction | undefined {
  const versions = texts(result.supportedVersions);
  if (versions === undefined || !isJsonObject(result.capabilities)) return undefined;
  const meta = result._meta;
  const info = isJsonObject(meta) ? meta[metaKeys.serverInfo] : undefined;
  return {
    era: "modern",
    protocolVersion: modernVersion,
    supportedVersions: versions,
    serverInfo: isJsonObject(info) ? info : {},
    ...common(result),
  };
}

/** Reads the result of `initialize`; undefined when it is none. */
export function initialized(result: JsonObject): ServerIntroduction | undefined {
  const { protocolVersion, serverInfo } = result;
  if (typeof protocolVersion !== "string") return undefined;
  return {
    era: "legacy",
    protocolVersion,
    serverInfo: isJsonObject(serverInfo) ? serverInfo : {},
    ...common(result),
  };
}

export type RpcReply =
  | { readonly kind: "result"; readonly result: JsonObject }
  | {
      readonly kind: "error";
      readonly code: number;
      readonly supported?: readonly string[];
      /** It says that whoever asks must be known to it. */
      readonly wantsToken?: boolean;
    };

/**
 * Reads a JSON-RPC message as the reply to request `id`; undefined when it is something else. An error
 * without an id counts: servers that could not read the request send it.
 */
export function replyTo(id: number, message: JsonValue): RpcReply | undefined {
  // Several messages at once, as 2025-03-26 has them: the reply is one of them.
  if (Array.isArray(message)) {
    for (const one of message) {
      const reply = Array.isArray(one) ? undefined : replyTo(id, one);
      if (reply !== undefined) return reply;
    }
    return undefined;
  }
  if (!isJsonObject(message) || message.jsonrpc !== "2.0") return undefined;
  const { error, method, result } = message;
  // What asks or tells something answers nothing, whatever else it holds.
  if (typeof method === "string") return undefined;
  const isMeant = isSameId(idIn(message), id);
  if (isJsonObject(error) && typeof error.code === "number") {
    if (!isMeant && message.id !== null && message.id !== undefined) return undefined;
    const data = error.data;
    const supported = isJsonObject(data) ? texts(data.supported) : undefined;
    return {
      kind: "error",
      code: error.code,
      ...(supported === undefined ? {} : { supported }),
      ...(isUnauthorized(error) ? { wantsToken: true } : {}),
    };
  }
  return isMeant && isJsonObject(result) ? { kind: "result", result } : undefined;
}

function idIn({ id }: JsonObject): string | number | undefined {
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}
