import type { IncomingHttpHeaders } from "node:http";
import type { StreamEvent } from "@hub/mcp";
import type { Pieces } from "../wire/pieces.js";
import type { LongReply } from "./long-reply.js";

/** The answer to what a client sent: one message, or a stream of events that ends with it. */
export interface Reply {
  /** Whose answer it is: see `peerOf`. */
  readonly peer: string;
  /** The address that it was asked from. */
  readonly from: string | undefined;
  /** The headers of the HTTP request that it came in. */
  readonly cameWith: IncomingHttpHeaders | undefined;
  /** Whether anything can still be sent. */
  readonly isOpen: boolean;
  readonly isStream: boolean;
  /** Makes a successful answer a stream of one event instead of one message. */
  preferStream(): void;
  /** Calls `listener` when the client goes away before the answer ended. Returns how to stop. */
  onGone(listener: () => void): () => void;
  /** Calls `listener` once, when the answer has ended and left, or the client is gone; at once when that was before. */
  onOver(listener: () => void): void;
  /** Ends the answer with one JSON message, as text or in UTF-8; on a stream, with a last event. */
  message(text: string | Buffer, status?: number, headers?: Readonly<Record<string, string>>): void;
  /** Begins the answer's last message, which is sent while it comes; undefined when that cannot be. */
  beginLong(): LongReply | undefined;
  /** Ends the answer with what `beginLong` began. */
  endLong(last: Buffer, event: StreamEvent | undefined): void;
  /** Ends the answer with one JSON message that is in pieces, as `message` does. */
  pieces(message: Pieces): void;
  /** Ends the answer without a body. */
  empty(status: number, headers?: Readonly<Record<string, string>>): void;
  openStream(headers?: Readonly<Record<string, string>>): void;
  /** Sends an event; false when the client should be given time to read (see `onDrain`). */
  event(event: StreamEvent): boolean;
  /** Ends a stream with one more event; where none is open, the answer is its message. */
  lastEvent(event: StreamEvent): void;
  /** A sign of life on a stream. Where the client has not read what was sent before, there is one already. */
  comment(): void;
  /** Calls `listener` once, when the client has read what waits, or is gone. */
  onDrain(listener: () => void): void;
  end(): void;
}
