import { isJsonObject } from "@hub/core/json";
import {
  codes,
  isGatewayError,
  type JsonRpcRequest,
  newestLegacyVersion,
  serverVersions,
} from "@hub/mcp";
import type { Initialized } from "./instances.js";
import { invalid, LinkError } from "./link-error.js";
import { ownRequestId } from "./own-ids.js";

/** What the hub says of the client it opens a session for: never more than the client itself declared. */
export type LegacyIdentity = {
  readonly protocolVersion: string;
  readonly capabilities: unknown;
  readonly clientInfo: unknown;
};

/** The hub as a client of its own: it can answer nothing. */
export const hubIdentity = (version: string): LegacyIdentity => ({
  protocolVersion: newestLegacyVersion,
  capabilities: {},
  clientInfo: { name: "mcp-hub", version },
});

/** Makes an `initialize` request for an identity. */
export function initializeRequest(identity: LegacyIdentity): JsonRpcRequest {
  const { protocolVersion, capabilities, clientInfo } = identity;
  return {
    jsonrpc: "2.0",
    id: ownRequestId(),
    method: "initialize",
    params: { protocolVersion, capabilities, clientInfo },
  };
}

/** Characters of a refusal that a client gets to read. */
const mostSaid = 300;

/** Reads the answer to `initialize`. Throws LinkError. */
export function readInitialized(data: string, status: number): Initialized {
  let answer: unknown;
  try {
    answer = JSON.parse(data);
  } catch {
    throw new LinkError(invalid("it answered initialize with something that is not JSON"));
  }
  const result = isJsonObject(answer) ? answer.result : undefined;
  const error = isJsonObject(answer) ? answer.error : undefined;
  if (isJsonObject(error)) {
    const code = typeof error.code === "number" ? error.code : 0;
    // Method not found, or a version it does not speak: what servers of the modern revision say.
    const isWrongEra =
      code === codes.methodNotFound || code === codes.unsupportedVersion || status === 404;
    const said = typeof error.message === "string" ? `: ${error.message.slice(0, mostSaid)}` : "";
    throw new LinkError(
      invalid(`it answered initialize with error ${code}${said}`),
      isWrongEra ? "wrong-era" : isGatewayError(code) ? "no-room" : "broken",
    );
  }
  if (!isJsonObject(result) || typeof result.protocolVersion !== "string")
    throw new LinkError(invalid("it answered initialize with something that is not MCP"));
  if (!serverVersions.includes(result.protocolVersion))
    throw new LinkError(
      invalid(`it speaks no revision the hub knows (${result.protocolVersion.slice(0, 20)})`),
    );
  const { capabilities } = result;
  return {
    protocolVersion: result.protocolVersion,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
  };
}
