import type { ServerResponse } from "node:http";
import { joinedHeaders } from "../wire/joined-headers.js";
import { endWith, type Pieces } from "../wire/pieces.js";

/** Answers with one JSON message. `always`: what every answer of the hub carries. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  always: Readonly<Record<string, string>>,
): void {
  const bytes = Buffer.from(text, "utf8");
  const own = { "content-type": "application/json", "content-length": bytes.length };
  response.writeHead(status, joinedHeaders(always, own));
  response.end(bytes);
}

/** Answers with one JSON message that is in pieces. */
export function sendPieces(
  response: ServerResponse,
  status: number,
  message: Pieces,
  always: Readonly<Record<string, string>>,
): void {
  const own = { "content-type": "application/json", "content-length": message.length };
  response.writeHead(status, joinedHeaders(always, own));
  endWith(response, message);
}
