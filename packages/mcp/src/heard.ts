import type { Envelope } from "./envelope.js";
import { envelopeOf } from "./envelope-reader.js";
import { type JsonRpcNotification, type JsonRpcRequest, parseMessage } from "./json-rpc.js";

/** A message of a server, as far as it had to be read: an answer only in its envelope. */
type Heard =
  | { readonly kind: "request"; readonly message: JsonRpcRequest }
  | { readonly kind: "notification"; readonly message: JsonRpcNotification }
  | { readonly kind: "answer"; readonly envelope: Envelope };

/**
 * What a text of a server's is; undefined for what is no message. Answers may be large and are not parsed.
 * `bytes`: the same in UTF-8, where it is there.
 */
export function hear(text: string, bytes?: Buffer): Heard | undefined {
  const envelope = envelopeOf(bytes ?? text);
  if (envelope === undefined) return undefined;
  if (!envelope.isCall) return envelope.isAnswer ? { kind: "answer", envelope } : undefined;
  const parsed = parseMessage(text);
  return parsed?.kind === "response" ? undefined : parsed;
}
