import { isSameId, type JsonRpcId } from "./json-rpc.js";

/** What the error of an answer says of itself; its `data` is passed over. */
type ErrorHead = {
  readonly code: number | undefined;
  /** Undefined when it is no text, or one longer than `longestRefusal`. */
  readonly message: string | undefined;
};

/** What a JSON-RPC message says of itself at its top, and of its result what the hub goes by. */
export type Envelope = {
  /** Undefined when it has none that could be one. */
  readonly id: JsonRpcId | null | undefined;
  /** It names a method: a request when it has an id too, else a notification. */
  readonly isCall: boolean;
  /** It has a result or an error, of whatever kind. */
  readonly isAnswer: boolean;
  /** Undefined when its error is no object, or it has none. */
  readonly error: ErrorHead | undefined;
  /** Of a tool's result: `isError`. */
  readonly isToolError: boolean;
  /** Of a result: `resultType`. */
  readonly resultType: string | undefined;
  /** Of a result: `protocolVersion`, what a handshake agreed on. */
  readonly protocolVersion: string | undefined;
};

/**
 * Whether a message answers a request: by its id; a server that could not read the request knows none.
 * Every message answers what is no request.
 */
export function answersRequest(envelope: Envelope, id: JsonRpcId | null): boolean {
  if (envelope.isCall || !envelope.isAnswer) return false;
  return (
    id === null ||
    isSameId(envelope.id, id) ||
    (envelope.id === null && envelope.error !== undefined)
  );
}

/** What a response counts as. */
export function outcomeOf({ error, isToolError }: Envelope): "ok" | "tool-error" | "error" {
  if (isToolError) return "tool-error";
  return error === undefined ? "ok" : "error";
}
