import { isUtf8 } from "node:buffer";
import { scanJson } from "@hub/core";
import { EventParser, EventTooLarge, type StreamEvent } from "../wire/event-stream.js";
import { GrowingBytes } from "../wire/growing-bytes.js";
import { excessText, type ServerMessageLimits } from "../wire/message-limits.js";
import { LongAnswer, longBytes, type PassageFor } from "./long-answer.js";
import {
  areReady,
  type UpstreamDialer,
  type UpstreamExchange,
  type UpstreamFailure,
  type UpstreamRequest,
} from "./port.js";

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What an answer turned out to be: one JSON message, a stream of them, or nothing. */
type Framing = "json" | "events" | "none";

/** Hears the messages of one answer: open, then events, then exactly one of end and failure. */
export interface MessageReceiver {
  onOpen(status: number, framing: Framing, headers: Headers): void;
  /** `data` is one JSON-RPC message as the server wrote it. */
  onEvent(event: StreamEvent): void;
  /** A long answer has begun: whoever can take it in pieces does so, and hears of no event for it. */
  onLong?: PassageFor | undefined;
  /** The answer is not read on until there is room for it, which is no silence of the server's; and then again. */
  onRoom?(hasRoom: boolean): void;
  /** A comment came on a stream, or several at once: a sign of life, and nothing else. */
  onComment?(): void;
  onEnd(): void;
  onFailure(failure: UpstreamFailure): void;
}

export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
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
  request: UpstreamRequest,
  limits: ServerMessageLimits,
  receiver: MessageReceiver,
): UpstreamExchange {
  let framing: Framing = "none";
  let parser: EventParser | undefined;
  let hasComment = false;
  let status = 0;
  let announced = 0;
  const body = new GrowingBytes();
  /** The message that is passed on while it comes. */
  let long: LongAnswer | undefined;
  /** What came of it with the present chunk. */
  const taken: Buffer[] = [];
  const writeTaken = () => {
    const pieces = taken.splice(0);
    if (pieces.length > 0) long?.write(Buffer.concat(pieces));
  };
  /** Whether the present message was looked at for that. */
  let isJudged = false;
  let timer: NodeJS.Timeout | undefined;
  let isPaused = false;
  let isOver = false;
  const room = limits.room.of(serverId, () => {
    receiver.onRoom?.(true);
    if (isPaused) return;
    handle.resume();
    watchEvent(false);
  });
  const leaveRoom = () => {
    if (room.isWaiting) receiver.onRoom?.(true);
    room.end();
  };
  const broken = (code: string, detail: string) => {
    clearTimeout(timer);
    leaveRoom();
    handle.abort();
    receiver.onFailure({ neverSent: false, code, detail });
  };
  const tooLarge = () => {
    limits.onTooLarge();
    broken("TOO_LARGE", `it sent a message of more than ${limits.bytes} bytes`);
  };
  /** An event that has begun must end, however much of it comes meanwhile. */
  const watchEvent = (hasEnded: boolean) => {
    // What is passed on while it comes is as long as it is.
    const isWatched = parser?.isWithin === true && long === undefined;
    if (hasEnded || !isWatched) {
      clearTimeout(timer);
      timer = undefined;
    }
    if (!isWatched || isOver || isPaused || room.isWaiting) return;
    timer ??= setTimeout(
      () => broken("TIMEOUT", `it sent a message that did not end within ${limits.ms} ms`),
      limits.ms,
    ).unref();
  };
  const wait = () => {
    clearTimeout(timer);
    timer = undefined;
    handle.pause();
  };
  /** Makes room for more of a message, or waits for it. */
  const makeRoom = (bytes: number) => {
    const wasWaiting = room.isWaiting;
    if (room.add(bytes)) return;
    wait();
    if (!wasWaiting) receiver.onRoom?.(false);
  };
  /** The present message, if it is passed on from here on; what has begun is to be written to it. */
  const passOn = (begun: Buffer | undefined): LongAnswer | undefined => {
    if (begun === undefined || begun.length < longBytes || isJudged) return undefined;
    isJudged = true;
    long = LongAnswer.of(begun, receiver.onLong);
    if (long !== undefined) leaveRoom();
    return long;
  };
  const hear = (event: StreamEvent): boolean => {
    // The rest of a chunk, after the first message of it was enough.
    if (isOver) return false;
    isJudged = false;
    const passed = long;
    long = undefined;
    if (passed !== undefined) {
      passed.end(event);
      return true;
    }
    if (event.data !== undefined) {
      const { excess, values } = scanJson(event.data, limits);
      limits.counted(values);
      if (excess !== undefined) {
        broken("ANSWER_INVALID", `it sent a message ${excessText(excess, limits)}`);
        return false;
      }
    }
    receiver.onEvent(event);
    return true;
  };
  const handle = dialer.send(
    endpoint,
    { ...request, headers: undecodedHeaders(request.headers), isUnpacked: true },
    {
      onHead(given, headers) {
        status = given;
        const type = headerOf(headers, "content-type")?.split(";")[0]?.trim().toLowerCase();
        if (type === "text/event-stream") {
          framing = "events";
          parser = new EventParser(limits.bytes, undefined, () => {
            hasComment = true;
          });
        } else if (type === "application/json") {
          framing = "json";
          announced = Number(headerOf(headers, "content-length") ?? 0);
        }
        receiver.onOpen(status, framing, headers);
      },
      onData(chunk) {
        if (parser !== undefined) {
          try {
            const events = parser.push(chunk);
            writeTaken();
            if (events.length > 0 || !parser.isWithin) leaveRoom();
            else if (long === undefined) {
              const begun = passOn(parser.begunData);
              if (begun === undefined) makeRoom(chunk.length);
              else parser.takeData((piece) => taken.push(piece));
              writeTaken();
            }
            watchEvent(events.length > 0);
            if (hasComment) {
              hasComment = false;
              receiver.onComment?.();
            }
            for (const event of events) if (!hear(event)) return;
          } catch (error) {
            if (!(error instanceof EventTooLarge)) throw error;
            tooLarge();
          }
          return;
        }
        if (framing !== "json") return;
        if (long !== undefined) return long.write(chunk);
        if (body.length + chunk.length > limits.bytes) return tooLarge();
        body.add(chunk);
        const begun = passOn(body.bytes);
        if (begun !== undefined) {
          begun.write(body.bytes);
          body.clear();
          return;
        }
        if (isJudged && announced <= limits.bytes) body.expect(announced);
        makeRoom(chunk.length);
      },
      onEnd() {
        clearTimeout(timer);
        leaveRoom();
        if (framing === "json" && long !== undefined) hear({ data: undefined });
        else if (framing === "json" && body.length > 0) {
          const bytes = withoutMark(body.bytes);
          const data = bytes.toString("utf8");
          if (!hear({ data, bytes: isUtf8(bytes) ? bytes : undefined })) return;
        }
        receiver.onEnd();
      },
      onFailure(failure) {
        clearTimeout(timer);
        leaveRoom();
        receiver.onFailure(failure);
      },
    },
  );
  return {
    abort() {
      isOver = true;
      clearTimeout(timer);
      room.end();
      handle.abort();
    },
    pause() {
      isPaused = true;
      // What the hub does not read cannot end.
      clearTimeout(timer);
      timer = undefined;
      handle.pause();
    },
    resume() {
      isPaused = false;
      if (room.isWaiting) return;
      watchEvent(false);
      handle.resume();
    },
  };
}
