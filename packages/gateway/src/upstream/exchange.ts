import { isUtf8 } from "node:buffer";
import {
  areReady,
  type UpstreamDialer,
  type UpstreamExchange,
  type UpstreamFailure,
  type UpstreamReceiver,
  type UpstreamRequest,
} from "@hub/core/upstream";
import {
  type Answering,
  EventParser,
  EventTooLarge,
  GrowingBytes,
  type Headers,
  headerOf,
  type StreamEvent,
  scanJson,
} from "@hub/mcp";
import { excessText, type ServerMessageLimits } from "../wire/message-limits.js";
import { freeBytes, type IncomingMessageRoom } from "../wire/message-room.js";
import { LongAnswer, longBytes, type Passage } from "./long-answer.js";

/** What an answer turned out to be: one JSON message, a stream of them, or nothing. */
export type Framing = "json" | "events" | "none";

/** Hears the messages of one answer: open, then events, then exactly one of end and failure. */
export interface MessageReceiver {
  onOpen(status: number, framing: Framing, headers: Headers): void;
  /** `data` is one JSON-RPC message as the server wrote it. */
  onEvent(event: StreamEvent): void;
  /** A long answer has begun: whoever can take it in pieces does so, and hears of no event for it. */
  onLong?(answering: Answering): Passage | undefined;
  /** The answer is not read on until there is room for it, which is no silence of the server's; and then again. */
  onRoom?(hasRoom: boolean): void;
  /** A comment came on a stream, or several at once: a sign of life, and nothing else. */
  onComment?(): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

function mediaTypeOf(headers: Headers): string | undefined {
  const given = headerOf(headers, "content-type");
  // Nearly all write it plainly.
  if (given === "application/json" || given === "text/event-stream") return given;
  return given?.split(";")[0]?.trim().toLowerCase();
}

/** Some write the mark of UTF-8 before their JSON. */
function withoutMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Messages are read here, so they are asked for as they are. */
function undecodedHeaders(headers: UpstreamRequest["headers"]): UpstreamRequest["headers"] {
  return areReady(headers) ? headers : { ...headers, "accept-encoding": "identity" };
}

/** Where a request goes: an instance is one. */
export type Destination = { readonly serverId: string; readonly endpoint: string };

/** Sends a request and cuts its answer into messages. */
export function exchange(
  dialer: UpstreamDialer,
  { serverId, endpoint }: Destination,
  { method, headers: given, body, via }: UpstreamRequest,
  limits: ServerMessageLimits,
  receiver: MessageReceiver,
): UpstreamExchange {
  const reading = new MessageExchange(serverId, limits, receiver);
  const headers = undecodedHeaders(given);
  const request = { method, headers, body, via, serverId, isUnpacked: true } as const;
  reading.handle = dialer.send(endpoint, request, reading);
  return reading;
}

/** The answer to one request while it comes: cut into messages that are within their limits. */
class MessageExchange implements UpstreamReceiver, UpstreamExchange {
  /** The request on its way. Nothing of its answer is heard before it is known. */
  handle: UpstreamExchange | undefined;
  readonly #serverId: string;
  readonly #limits: ServerMessageLimits;
  readonly #receiver: MessageReceiver;
  #framing: Framing = "none";
  #parser: EventParser | undefined;
  #hasComment = false;
  /** How many bytes a JSON text has, as was said before it came. */
  #announced = 0;
  /** A JSON text that came in one piece, or else what came of it. */
  #body: Buffer | GrowingBytes | undefined;
  /** Room for a message that comes in several pieces. */
  #room: IncomingMessageRoom | undefined;
  /** The message that is passed on while it comes, and what came of it with the present chunk. */
  #long: LongAnswer | undefined;
  #taken: Buffer[] | undefined;
  /** Whether the present message was looked at for that. */
  #isJudged = false;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;
  #isOver = false;

  constructor(serverId: string, limits: ServerMessageLimits, receiver: MessageReceiver) {
    this.#serverId = serverId;
    this.#limits = limits;
    this.#receiver = receiver;
  }

  onHead(status: number, headers: Headers): void {
    const type = mediaTypeOf(headers);
    if (type === "text/event-stream") {
      this.#framing = "events";
      this.#parser = new EventParser(this.#limits.bytes, undefined, () => {
        this.#hasComment = true;
      });
    } else if (type === "application/json") {
      this.#framing = "json";
      this.#announced = Number(headerOf(headers, "content-length") ?? 0);
    }
    this.#receiver.onOpen(status, this.#framing, headers);
  }

  onData(chunk: Buffer): void {
    if (this.#parser !== undefined) this.#readEvents(this.#parser, chunk);
    else if (this.#framing === "json") this.#readBody(chunk);
  }

  onEnd(): void {
    this.#stopWaiting();
    if (this.#framing !== "json" || this.#hearBody()) this.#receiver.onEnd();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#stopWaiting();
    this.#receiver.onFailure(failure);
  }

  abort(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#room?.end();
    this.handle?.abort();
  }

  pause(): void {
    this.#isPaused = true;
    this.#stopReading();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#isWaiting) return;
    this.#watchEvent(false);
    this.handle?.resume();
  }

  get #isWaiting(): boolean {
    return this.#room?.isWaiting === true;
  }

  #readEvents(parser: EventParser, chunk: Buffer): void {
    try {
      const events = parser.push(chunk);
      this.#writeTaken();
      if (events.length > 0 || !parser.isWithin) this.#leaveRoom();
      else if (this.#long === undefined) this.#goOnWith(parser, chunk);
      this.#watchEvent(events.length > 0);
      if (this.#hasComment) {
        this.#hasComment = false;
        this.#receiver.onComment?.();
      }
      for (const event of events) if (!this.#hear(event)) return;
    } catch (error) {
      if (!(error instanceof EventTooLarge)) throw error;
      this.#tooLarge();
    }
  }

  /** An event has begun: it is passed on while it comes, or has room until it is whole. */
  #goOnWith(parser: EventParser, chunk: Buffer): void {
    if (this.#passOn(parser.begunData) === undefined) {
      this.#makeRoom(chunk.length);
      return;
    }
    const taken: Buffer[] = [];
    this.#taken = taken;
    parser.takeData((piece) => taken.push(piece));
    this.#writeTaken();
  }

  #writeTaken(): void {
    const pieces = this.#taken?.splice(0);
    if (pieces !== undefined && pieces.length > 0) this.#long?.write(Buffer.concat(pieces));
  }

  #readBody(chunk: Buffer): void {
    if (this.#long !== undefined) {
      this.#long.write(chunk);
      return;
    }
    const isWhole = this.#body === undefined && chunk.length === this.#announced;
    if (isWhole && chunk.length <= freeBytes) {
      this.#body = chunk;
      return;
    }
    const body = this.#body instanceof GrowingBytes ? this.#body : new GrowingBytes();
    this.#body = body;
    if (body.length + chunk.length > this.#limits.bytes) {
      this.#tooLarge();
      return;
    }
    body.add(chunk);
    const begun = this.#passOn(body.bytes);
    if (begun !== undefined) {
      begun.write(body.bytes);
      body.clear();
      return;
    }
    if (this.#isJudged && this.#announced <= this.#limits.bytes) body.expect(this.#announced);
    this.#makeRoom(chunk.length);
  }

  /** The JSON text is whole. False when it is refused, and its failure was told. */
  #hearBody(): boolean {
    if (this.#long !== undefined) return this.#hear({ data: undefined });
    const body = this.#body;
    if (body === undefined || body.length === 0) return true;
    const bytes = withoutMark(body instanceof GrowingBytes ? body.bytes : body);
    const data = bytes.toString("utf8");
    return this.#hear({ data, bytes: isUtf8(bytes) ? bytes : undefined });
  }

  /** A message is whole. False when nothing that follows is of interest. */
  #hear(event: StreamEvent): boolean {
    // The rest of a chunk, after the first message of it was enough.
    if (this.#isOver) return false;
    this.#isJudged = false;
    const passed = this.#long;
    this.#long = undefined;
    if (passed !== undefined) {
      passed.end(event);
      return true;
    }
    if (event.data !== undefined) {
      const { excess, values } = scanJson(event.data, this.#limits);
      this.#limits.counted(values);
      if (excess !== undefined) {
        this.#break("ANSWER_INVALID", `it sent a message ${excessText(excess, this.#limits)}`);
        return false;
      }
    }
    this.#receiver.onEvent(event);
    return true;
  }

  /** The present message, if it is passed on from here on; what has begun is to be written to it. */
  #passOn(begun: Buffer | undefined): LongAnswer | undefined {
    if (begun === undefined || begun.length < longBytes || this.#isJudged) return undefined;
    this.#isJudged = true;
    this.#long = LongAnswer.of(begun, this.#receiver);
    if (this.#long !== undefined) this.#leaveRoom();
    return this.#long;
  }

  /** Makes room for more of a message, or waits for it. */
  #makeRoom(bytes: number): void {
    this.#room ??= this.#limits.room.of(this.#serverId, () => {
      this.#receiver.onRoom?.(true);
      if (this.#isPaused) return;
      this.handle?.resume();
      this.#watchEvent(false);
    });
    const wasWaiting = this.#room.isWaiting;
    if (this.#room.add(bytes)) return;
    this.#stopReading();
    if (!wasWaiting) this.#receiver.onRoom?.(false);
  }

  #leaveRoom(): void {
    if (this.#isWaiting) this.#receiver.onRoom?.(true);
    this.#room?.end();
  }

  /** An event that has begun must end, however much of it comes meanwhile. */
  #watchEvent(hasEnded: boolean): void {
    // What is passed on while it comes is as long as it is.
    const isWatched = this.#parser?.isWithin === true && this.#long === undefined;
    if (hasEnded || !isWatched) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (!isWatched || this.#isOver || this.#isPaused || this.#isWaiting) return;
    const { ms } = this.#limits;
    this.#timer ??= setTimeout(
      () => this.#break("TIMEOUT", `it sent a message that did not end within ${ms} ms`),
      ms,
    ).unref();
  }

  /** What the hub does not read cannot end, so its time does not count. */
  #stopReading(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.handle?.pause();
  }

  #stopWaiting(): void {
    clearTimeout(this.#timer);
    this.#leaveRoom();
  }

  #tooLarge(): void {
    this.#limits.onTooLarge();
    this.#break("TOO_LARGE", `it sent a message of more than ${this.#limits.bytes} bytes`);
  }

  #break(code: string, detail: string): void {
    this.#stopWaiting();
    this.handle?.abort();
    this.#receiver.onFailure({ neverSent: false, code, detail });
  }
}
