import { sendText } from "../relay/send-text.js";
import { isTooDeep, mostDepth } from "../wire/depth.js";
import { codes, errorText, type Message, messageOf } from "../wire/json-rpc.js";
import type { Exchange } from "./modern-endpoint.js";
import { readBody } from "./read-body.js";

/** Answers a request whose message could not be taken. */
export function refuse(
  { response, always }: Exchange,
  status: number,
  code: number,
  message: string,
): void {
  sendText(response, status, errorText(null, { code, message }), always);
}

/** A message, and how it was written. */
export type Received = {
  readonly parsed: Message;
  readonly body: Buffer;
  readonly text: string;
};

/** Reads the one message of a POST, and refuses what is none. */
export function receiveMessage(
  exchange: Exchange,
  mostBytes: number,
  onMessage: (received: Received) => void,
): void {
  const { request, response } = exchange;
  const type = request.headers["content-type"];
  // Pages of other sites can post every other type without being asked.
  if (type !== "application/json" && !isJson(type)) {
    refuse(exchange, 415, codes.badRequest, "Content-Type must be application/json");
    return;
  }
  const onBody = (body: Buffer | undefined) => {
    if (body === undefined) {
      refuse(exchange, 413, codes.badRequest, `A message may have at most ${mostBytes} bytes`);
      return;
    }
    const text = body.toString("utf8");
    const parsed = parse(text);
    if ("problem" in parsed) refuse(exchange, 400, parsed.code, parsed.problem);
    else onMessage({ parsed, body, text });
  };
  readBody(request, mostBytes, onBody, () => response.destroy());
}

function isJson(type: string | undefined): boolean {
  return type?.split(";")[0]?.trim().toLowerCase() === "application/json";
}

type Problem = { readonly code: number; readonly problem: string };

function parse(text: string): Message | Problem {
  const invalid = (problem: string) => ({ code: codes.invalidRequest, problem });
  if (isTooDeep(text)) return invalid(`Invalid request: it is nested more than ${mostDepth} deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: codes.parseError, problem: "Parse error: the body is no JSON" };
  }
  if (Array.isArray(value))
    return invalid("Invalid request: batches are not supported; send one message a request");
  return messageOf(value) ?? invalid("Invalid request: the body is no JSON-RPC message");
}
