import {
  encodeHeaderValue,
  type HeaderParameter,
  headersForArguments,
  type JsonRpcRequest,
  type ModernIdentity,
  modernMeta,
  modernVersion,
  type Params,
} from "@hub/mcp";
import { postHeaders } from "./legacy-link.js";

/** The member that `Mcp-Name` mirrors, by method. */
export function namedBy(method: string, params: Params | undefined): string | undefined {
  const value =
    method === "tools/call" || method === "prompts/get"
      ? params?.name
      : method === "resources/read"
        ? params?.uri
        : undefined;
  return typeof value === "string" ? value : undefined;
}

/** The headers a modern request needs, made from its body; `written`: its arguments, where they go out as such. */
export function modernHeaders(
  message: JsonRpcRequest,
  parameters: readonly HeaderParameter[] = [],
  written?: string,
): Record<string, string> {
  const name = namedBy(message.method, message.params);
  return {
    ...postHeaders,
    "mcp-protocol-version": modernVersion,
    "mcp-method": message.method,
    ...(name === undefined ? {} : { "mcp-name": encodeHeaderValue(name) }),
    ...headersForArguments(parameters, message.params?.arguments, written),
  };
}

/** The parameters of a request with the envelope of 2026-07-28 around what was there. */
export function withEnvelope(params: Params | undefined, identity: ModernIdentity): Params {
  return {
    ...params,
    _meta: {
      ...params?._meta,
      ...modernMeta({ ...identity, clientCapabilities: identity.clientCapabilities ?? {} }),
    },
  };
}
