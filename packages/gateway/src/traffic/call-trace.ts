import type { IncomingHttpHeaders } from "node:http";
import type { CallOutcome } from "@hub/core/past";
import type { UpstreamRequest } from "@hub/core/upstream";
import { type GatewayErrorCode, gatewayErrors, type JsonRpcId, withMeta } from "@hub/mcp";

/** A call that begins, for whoever traces it. */
export type TracedCall = {
  readonly serverId: string;
  /** Cut to 128 characters, as the name is. */
  readonly method: string;
  /** The tool or prompt, as its server calls it. */
  readonly name: string | undefined;
  /** Null for what has none: a notification. */
  readonly id: JsonRpcId | null;
  /** As the client wrote them: its trace context is in their `_meta`. */
  readonly params: unknown;
  /** The headers of the HTTP request that it came in. Undefined: they are not known. */
  readonly cameWith: IncomingHttpHeaders | undefined;
  /** The address that it was asked from. */
  readonly from: string | undefined;
};

/** Traces calls. Nothing of it may throw, or make a call wait. */
export interface CallTraces {
  begin(call: TracedCall): CallTrace;
}

/** What a server sees in `params._meta` in place of what the client wrote there; undefined removes a member. */
export type TraceMeta = Readonly<Record<string, string | undefined>>;

/** How a call failed: with the JSON-RPC error of its server, or with one of the hub's own. */
export type CallError = {
  /** Undefined where there is none that can be read. */
  readonly code: number | undefined;
  readonly hubError?: GatewayErrorCode;
};

/** The trace of one call: the call of the client, and each request that goes out for it. */
export interface CallTrace {
  /** It goes out to an instance; once more, when what went out before did not run. */
  sent(to: { readonly instanceId: string; readonly endpoint: string }): TraceMeta;
  /** What went out has its answer, and the call goes on. */
  answered(): void;
  /** What went out, if anything did, failed; the call may wait and be sent again. */
  failed(error: CallError): void;
  /** The call is over. */
  end(outcome: CallOutcome, error: CallError | undefined): void;
}

/** A failure of the hub's as its caller sees it. */
export function hubCallError(code: GatewayErrorCode): CallError {
  return { code: gatewayErrors[code], hubError: code };
}

/** A message as it goes out; without a trace, as it is. */
export function tracedText(text: string, meta: TraceMeta | undefined): string {
  return meta === undefined ? text : withMeta(text, meta);
}

/** A request as it goes out; without a trace, as it is. */
export function tracedRequest(
  request: UpstreamRequest,
  meta: TraceMeta | undefined,
): UpstreamRequest {
  const { body } = request;
  if (meta === undefined || body === undefined) return request;
  return { ...request, body: withMeta(body.toString(), meta) };
}
