import { HubClientError } from "@hub/client";
import { connect } from "@hub/client/connect";
import { codes, gatewayErrors } from "@hub/mcp";
import {
  type Client,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  SdkError,
  SdkHttpError,
} from "@modelcontextprotocol/client";
import { version } from "../version.js";
import { CommandError, type FailureKind } from "./command-error.js";
import type { CommandContext } from "./context.js";
import { isObject } from "./tool-schema.js";

/** How a call ended that the hub did not make or had no answer to, by the code of its error. Default: `failed`. */
const kinds: Readonly<Record<number, FailureKind>> = {
  ...kindOf("unreachable", [
    gatewayErrors.SERVER_UNAVAILABLE,
    gatewayErrors.HUB_STOPPING,
    gatewayErrors.ISSUER_UNAVAILABLE,
  ]),
  ...kindOf("refused", [
    gatewayErrors.SERVER_BUSY,
    gatewayErrors.HUB_LOOP,
    gatewayErrors.TOO_MANY_SESSIONS,
    gatewayErrors.TOO_MANY_STREAMS,
    gatewayErrors.TOO_MANY_HELD_CALLS,
    gatewayErrors.TOO_MANY_BYTES,
    gatewayErrors.TOO_MANY_FOLLOWED,
    gatewayErrors.TOO_MANY_CONNECTIONS,
    gatewayErrors.TOO_MANY_REQUESTS,
    gatewayErrors.IDENTITY_TOO_LARGE,
    gatewayErrors.UNAUTHENTICATED,
    gatewayErrors.INSUFFICIENT_SCOPE,
  ]),
  ...kindOf("notFound", [codes.methodNotFound, codes.resourceNotFound]),
};

function kindOf(kind: FailureKind, those: readonly number[]): Record<number, FailureKind> {
  return Object.fromEntries(those.map((code) => [code, kind]));
}

function hubErrorIn(data: unknown): string | undefined {
  if (typeof data !== "object" || data === null || !("hubError" in data)) return undefined;
  return typeof data.hubError === "string" ? data.hubError : undefined;
}

/** What the hub or a server says in an error of JSON-RPC. */
function fromProtocol(
  code: number,
  message: string,
  data: unknown,
  cause: unknown,
  otherwise: FailureKind = "failed",
): CommandError {
  return new CommandError(kinds[code] ?? otherwise, message, {
    code: hubErrorIn(data) ?? "MCP_ERROR",
    cause,
  });
}

/** The hub says so of a server that is not there, or of which the caller may call nothing. */
const kindOf404 = ({ status }: SdkHttpError, code: number): FailureKind =>
  status === 404 && code === codes.invalidParams ? "notFound" : "failed";

/** An error of HTTP whose body is one of JSON-RPC, as the hub sends it; or the status alone. */
function fromHttp(error: SdkHttpError, url: string): CommandError {
  const { text } = error.data;
  try {
    const body: unknown = typeof text === "string" ? JSON.parse(text) : undefined;
    const said = isObject(body) && isObject(body.error) ? body.error : {};
    if (typeof said.code === "number" && typeof said.message === "string")
      return fromProtocol(said.code, said.message, said.data, error, kindOf404(error, said.code));
  } catch {
    // It is no JSON, so the status has to do.
  }
  const kind = [401, 403, 429].includes(error.status) ? "refused" : "failed";
  return new CommandError(kind, `${url} answered ${error.status}: ${error.message}.`, {
    code: "HTTP_ERROR",
    cause: error,
  });
}

/** What the client or the SDK throws, in the terms of the command line. Anything else stays as it is. */
function explained(error: unknown, url: string): unknown {
  // What the hub answered says more than that there is no connection.
  if (HubClientError.is(error))
    return SdkHttpError.isInstance(error.cause) ? fromHttp(error.cause, url) : error;
  if (ResourceNotFoundError.isInstance(error))
    return new CommandError("notFound", error.message, { code: "MCP_ERROR", cause: error });
  if (ProtocolError.isInstance(error))
    return fromProtocol(error.code, error.message, error.data, error);
  if (SdkHttpError.isInstance(error)) return fromHttp(error, url);
  if (SdkError.isInstance(error))
    return new CommandError("failed", `${url}: ${error.message}`, { cause: error });
  if (error instanceof TypeError && error.cause instanceof Error)
    return new CommandError("unreachable", `${url} cannot be reached (${error.cause.message}).`, {
      cause: error,
    });
  return error;
}

/**
 * Connects to a server through the hub, at its own endpoint there, hands the client to `use`, and closes it
 * afterwards.
 * @throws CommandError or HubClientError when there is no connection, or when the server or the hub answers
 * with an error.
 */
export async function withServer<Result>(
  { hub: clientFor, interrupted }: CommandContext,
  serverId: string,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const hub = await clientFor();
  const wanted = { servers: serverId };
  const clientInfo = { name: "mcp-hub", version };
  try {
    const { client, close } = await connect(wanted, { hub, clientInfo, signal: interrupted });
    try {
      return await use(client);
    } finally {
      // What the command has to say is said; that a session could not be ended is of no interest.
      await close().catch(() => undefined);
    }
  } catch (error) {
    throw explained(error, hub.gatewayUrl(wanted));
  }
}

/**
 * Reads a resource of a server that is connected.
 * @throws ResourceNotFoundError when the server says that it has no such resource, in whichever way.
 */
export async function readResource(
  client: Client,
  uri: string,
  signal: AbortSignal,
): Promise<ReadResourceResult> {
  try {
    return await client.readResource({ uri }, { signal });
  } catch (error) {
    // The URI is all that can be wrong, and some servers leave out which one it was.
    if (ProtocolError.isInstance(error) && error.code === ProtocolErrorCode.InvalidParams)
      throw new ResourceNotFoundError(uri, error.message);
    throw error;
  }
}
