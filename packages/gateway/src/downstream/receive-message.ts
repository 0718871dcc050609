import { settingOf } from "@hub/core/limits";
import { codes, errorText, isBatch, type JsonRpcError, type JsonRpcId } from "@hub/mcp";
import { sendText } from "../reply/send-text.js";
import type { MessageLimits } from "../wire/message-limits.js";
import { type Received, readMessage } from "../wire/read-message.js";
import { BodyRoom } from "./body-room.js";
import type { Incoming } from "./incoming.js";
import { readBody } from "./read-body.js";

/** What may stand before a message, and its first character. */
const longestLead = 1_024;

/** Reads the one message of a POST, and refuses what is none; a batch is for `onBatch` to read. */
export function receiveMessage(
  incoming: Incoming,
  limits: MessageLimits,
  onMessage: (received: Received) => void,
  onBatch: (body: Buffer) => void,
): void {
  const { request, response } = incoming;
  const type = request.headers["content-type"];
  // Pages of other sites can post every other type without being asked.
  if (type !== "application/json" && !isJson(type)) {
    const message = "Content-Type must be application/json, in UTF-8";
    refuse(incoming, 415, { code: codes.badRequest, message });
    return;
  }
  const take = (body: Buffer | undefined) => {
    if (body === undefined) {
      incoming.budgets.refused("clientMessageBytes");
      const message = `A message may have at most ${limits.bytes} bytes (${settingOf("clientMessageBytes")})`;
      refuse(incoming, 413, { code: codes.badRequest, message });
      return;
    }
    if (isBatch(body.toString("latin1", 0, longestLead))) {
      onBatch(body);
      return;
    }
    const received = readMessage(body, limits);
    if ("error" in received) refuse(incoming, 400, received.error, received.id);
    else onMessage(received);
  };
  const onBody = (body: Buffer | undefined) => {
    try {
      take(body);
    } catch (error) {
      incoming.onFault(error);
    }
  };
  readBody(request, limits.bytes, onBody, () => response.destroy(), new BodyRoom(incoming));
}

function refuse(
  { response, always }: Incoming,
  status: number,
  error: JsonRpcError,
  id: JsonRpcId | null = null,
): void {
  sendText(response, status, errorText(id, error), always);
}

/** JSON has one encoding; a server could read other bytes in them than the hub. */
function isJson(type: string | undefined): boolean {
  const [essence = "", ...parameters] = (type ?? "").toLowerCase().split(";");
  if (essence.trim() !== "application/json") return false;
  return parameters.every((parameter) => {
    const [name = "", value = ""] = parameter.split("=");
    return name.trim() !== "charset" || /^\s*"?utf-?8"?\s*$/.test(value);
  });
}
