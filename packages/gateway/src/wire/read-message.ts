import { isUtf8 } from "node:buffer";
import {
  codes,
  type EnvelopeProblem,
  EnvelopeSpelling,
  type JsonRpcError,
  type JsonRpcId,
  type Message,
  messageOf,
  scanJson,
} from "@hub/mcp";
import { excessText, type MessageLimits } from "./message-limits.js";

/** A message, and how it was written. */
export type Received = {
  readonly parsed: Message;
  readonly body: Buffer;
  readonly text: string;
  /** Where in the text the value of `params.name` begins; -1 when there is none. */
  readonly nameAt: number;
};

export type Unreadable = { readonly id: JsonRpcId | null; readonly error: JsonRpcError };

/**
 * Says what a message of a client is: its kind, its method and what it names. Everything that routes,
 * judges, relays or counts it goes by this. What other programs could read otherwise is refused, so what
 * is judged is what is sent; `arguments`, results and unknown members are left as they are.
 */
export function readMessage(body: Buffer, limits: MessageLimits): Received | Unreadable {
  if (!isUtf8(body)) return unreadable(codes.parseError, "Parse error: the body is not UTF-8");
  const text = body.toString("utf8");
  const envelope = new EnvelopeSpelling(text);
  const { excess, values } = scanJson(text, limits, envelope);
  limits.counted(values);
  if (excess !== undefined)
    return unreadable(
      codes.invalidRequest,
      `Invalid request: expected a smaller message, got one ${excessText(excess, limits)}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return unreadable(codes.parseError, "Parse error: the body is not JSON");
  }
  const parsed = messageOf(value);
  const { problem } = envelope;
  if (problem !== undefined) return ambiguous(problem, parsed);
  if (parsed === undefined)
    return unreadable(codes.invalidRequest, "Invalid request: the body is not a JSON-RPC message");
  return { parsed, body, text, nameAt: envelope.nameAt };
}

function unreadable(code: number, message: string): Unreadable {
  return { id: null, error: { code, message } };
}

/** An envelope that is ambiguous itself has no id that could be trusted. */
function ambiguous({ place, text }: EnvelopeProblem, parsed: Message | undefined): Unreadable {
  const isOfMessage = place === "message";
  const what = isOfMessage ? "Invalid request" : "Invalid params";
  return {
    id: isOfMessage || parsed?.kind !== "request" ? null : parsed.message.id,
    error: {
      code: isOfMessage ? codes.invalidRequest : codes.invalidParams,
      message: `${what}: ${text}, which programs read in different ways. Send each member once, spelled as MCP spells it.`,
    },
  };
}
