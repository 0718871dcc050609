import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { BudgetBook } from "@hub/core";
import { eventBytes, type StreamEvent } from "@hub/mcp";
import { atEndOfTurn } from "../wire/end-of-turn.js";
import { joinedHeaders } from "../wire/joined-headers.js";
import { between, endWith, type Pieces } from "../wire/pieces.js";
import { LongReply } from "./long-reply.js";
import type { OpenStreams } from "./open-streams.js";
import type { Reply } from "./reply.js";

type HeadersOut = Readonly<Record<string, string>>;

const jsonHeaders = { "content-type": "application/json" } as const;
const streamHeaders = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // Proxies in between would keep events back.
  "x-accel-buffering": "no",
} as const;

/** The request that is answered. */
export type Answered = {
  readonly response: ServerResponse;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
  /** Whose it is: see `peerOf`. */
  readonly peer: string;
  /** The address that it was asked from. */
  readonly from: string | undefined;
  /** What came, where it is known. */
  readonly request: Pick<IncomingMessage, "headers"> | undefined;
};

/** The answer to one HTTP request of a client. */
export class HttpReply implements Reply {
  readonly peer: string;
  readonly from: string | undefined;
  readonly cameWith: IncomingHttpHeaders | undefined;
  readonly #response: ServerResponse;
  readonly #always: Readonly<Record<string, string>>;
  readonly #budgets: BudgetBook;
  readonly #streams: OpenStreams;
  readonly #onGone = new Set<() => void>();
  readonly #onDrain: (() => void)[] = [];
  #state: "unopened" | "events" | "ended" = "unopened";
  /** What is under way as the answer's last message; nothing else is sent then. */
  #long: LongReply | undefined;
  #isStreamPreferred = false;
  #firstEventId: string | undefined;

  constructor(
    { response, always, peer, from, request }: Answered,
    { budgets, streams }: { readonly budgets: BudgetBook; readonly streams: OpenStreams },
  ) {
    this.peer = peer;
    this.from = from;
    this.cameWith = request?.headers;
    this.#response = response;
    this.#always = always;
    this.#budgets = budgets;
    this.#streams = streams;
    // Its client may have gone while the hub still read whose it is: nothing says so again.
    if (response.closed) this.#state = "ended";
    response.on("close", () => {
      streams.delete(this);
      const hasEnded = this.#state === "ended";
      this.#state = "ended";
      // Whoever has gone reads no more, and keeps nobody waiting.
      this.#drained();
      if (hasEnded) return;
      for (const listener of this.#onGone) listener();
    });
  }

  get isOpen(): boolean {
    return this.#state !== "ended";
  }

  get isStream(): boolean {
    return this.#state === "events";
  }

  preferStream(): void {
    this.#isStreamPreferred = true;
  }

  /** The id of the first event before the answer, where its sender gave it none. Default: it has none. */
  nameFirstEvent(id: string | undefined): void {
    this.#firstEventId = id;
  }

  onGone(listener: () => void): () => void {
    this.#onGone.add(listener);
    return () => this.#onGone.delete(listener);
  }

  onOver(listener: () => void): void {
    if (this.#response.closed) listener();
    else this.#response.once("close", listener);
  }

  message(
    text: string | Buffer,
    status = 200,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    if (this.#state === "ended") return;
    if (this.#long !== undefined) {
      this.#state = "ended";
      this.#long.breakOff(text.toString());
      return;
    }
    const isStream = this.#isStreamPreferred && status === 200;
    if (this.#state === "events") this.#endEvents(eventOf(text));
    else if (isStream) this.#whole(200, headers, streamHeaders, eventOf(text));
    else this.#whole(status, headers, jsonHeaders, text);
  }

  beginLong(): LongReply | undefined {
    if (this.#state === "ended" || this.#long !== undefined) return undefined;
    if (this.#isStreamPreferred) this.openStream();
    if (this.#state === "unopened")
      this.#response.writeHead(200, joinedHeaders(this.#always, jsonHeaders));
    this.#long = new LongReply(this.#response, this.#state === "events");
    return this.#long;
  }

  endLong(last: Buffer, event: StreamEvent | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#long?.end(last, event);
  }

  pieces(message: Pieces): void {
    if (this.#state === "ended" || this.#long !== undefined) return;
    if (this.#isStreamPreferred) this.openStream();
    if (this.#state === "events") {
      this.#state = "ended";
      // JSON holds no raw line ends.
      endWith(this.#response, between("data: ", message, "\n\n"));
      return;
    }
    this.#state = "ended";
    const own = { "content-length": message.length };
    this.#response.writeHead(200, joinedHeaders(this.#always, jsonHeaders, own));
    atEndOfTurn(() => endWith(this.#response, message));
  }

  empty(status: number, headers: Readonly<Record<string, string>> = {}): void {
    if (this.#state === "ended" || this.#long !== undefined) return;
    this.#state = "ended";
    this.#response.writeHead(status, joinedHeaders(this.#always, headers, { "content-length": 0 }));
    this.#response.end();
  }

  openStream(headers: Readonly<Record<string, string>> = {}): void {
    if (this.#state !== "unopened" || this.#long !== undefined) return;
    this.#state = "events";
    const response = this.#response;
    response.writeHead(200, joinedHeaders(this.#always, headers, streamHeaders));
    // The head leaves at the end of the turn, in one write with the events that the turn brings.
    response.cork();
    atEndOfTurn(() => {
      if (this.#state === "ended") return;
      response.flushHeaders();
      response.uncork();
    });
    this.#streams.add(this);
  }

  event(event: StreamEvent): boolean {
    const id = this.#firstEventId;
    this.#firstEventId = undefined;
    return this.#write(eventBytes(id === undefined ? event : { id, ...event }));
  }

  lastEvent(event: StreamEvent): void {
    if (this.#state === "events" && this.#long === undefined) this.#endEvents(eventBytes(event));
    else this.message(event.bytes ?? event.data ?? "");
  }

  comment(): void {
    if (this.#response.writableLength === 0) this.#write(":\n\n");
  }

  onDrain(listener: () => void): void {
    if (this.#response.closed) {
      listener();
      return;
    }
    if (this.#onDrain.push(listener) === 1) this.#response.once("drain", () => this.#drained());
  }

  end(): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    if (this.#long === undefined) this.#response.end();
    else this.#long.breakOff();
  }

  #drained(): void {
    for (const listener of this.#onDrain.splice(0)) listener();
  }

  #write(text: string | Buffer): boolean {
    if (this.#state === "ended" || this.#long !== undefined) return true;
    this.openStream();
    return this.#hasRoom() ? this.#response.write(text) : true;
  }

  /** Ends the stream with one more event. */
  #endEvents(text: string | Buffer): void {
    this.#state = "ended";
    if (this.#hasRoom()) atEndOfTurn(() => this.#response.end(text));
  }

  /** Sends an answer that is there as a whole. */
  #whole(status: number, headers: HeadersOut, own: HeadersOut, body: string | Buffer): void {
    this.#state = "ended";
    const length = { "content-length": Buffer.byteLength(body) };
    this.#response.writeHead(status, joinedHeaders(this.#always, headers, own, length));
    atEndOfTurn(() => this.#response.end(body));
  }

  /** Breaks the stream off where there is none for another event. */
  #hasRoom(): boolean {
    // What waits already is what the client does not read; one large event alone is no sign of that.
    if (this.#response.writableLength <= this.#budgets.limit("streamBytes")) return true;
    this.#budgets.refused("streamBytes");
    this.#response.destroy();
    return false;
  }
}

function eventOf(text: string | Buffer): string | Buffer {
  return typeof text === "string"
    ? eventBytes({ data: text })
    : eventBytes({ data: undefined, bytes: text });
}
