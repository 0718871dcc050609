import type { IncomingMessage } from "node:http";
import { EventParser, EventTooLarge } from "@hub/mcp";
import { ConnectionLost, reasonOf } from "./hub-http.js";

/** The largest message of an answer, in bytes. */
const mostAnswerBytes = 64 * 1024 * 1024;

/** The answer is more than is kept, or none that MCP knows. */
export class AnswerInvalid extends Error {}

export type StreamPosition = {
  /** Of the last event; with it a stream can be resumed. */
  lastEventId: string | undefined;
  /** How long the hub asks to wait before a stream is opened again, in milliseconds. */
  retryMs: number | undefined;
};

/** Whether an answer is a stream of events. */
export function isEventStream({ headers }: IncomingMessage): boolean {
  return /^text\/event-stream\b/i.test(headers["content-type"] ?? "");
}

/** The whole body. Throws `AnswerInvalid` for more than `most` bytes. */
export async function readBody(answer: IncomingMessage, most = mostAnswerBytes): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of bytesOf(answer)) {
    length += chunk.length;
    if (length > most) {
      answer.destroy();
      throw new AnswerInvalid(`the answer has more than ${most} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Calls `take` with the data of each event, one after the other. Notes in `position` how far it came. */
export async function readEvents(
  answer: IncomingMessage,
  position: StreamPosition,
  take: (data: string) => Promise<void>,
): Promise<void> {
  const parser = new EventParser(mostAnswerBytes);
  try {
    for await (const chunk of bytesOf(answer)) {
      for (const { data, id, retryMs } of parser.push(chunk)) {
        if (id !== undefined) position.lastEventId = id;
        if (retryMs !== undefined) position.retryMs = retryMs;
        if (data !== undefined) await take(data);
      }
    }
  } catch (error) {
    answer.destroy();
    if (error instanceof EventTooLarge)
      throw new AnswerInvalid(`one message has more than ${mostAnswerBytes} bytes`);
    throw error;
  }
}

async function* bytesOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) yield chunk as Buffer; // no encoding is set
  } catch (error) {
    throw new ConnectionLost(error instanceof Error ? reasonOf(error) : String(error));
  }
}
