import type { Event } from "@hub/api";
import { notAHub } from "./answer.js";
import { EventDecoder, type StreamMessage } from "./event-stream.js";
import { HubClientError } from "./hub-client-error.js";
import type { HubRequests } from "./hub-requests.js";
import type { EventsQuery, WatchedEvent } from "./queries.js";
import { misfit } from "./shape.js";
import { shapes } from "./shapes.js";

/** How `watch` stands with the hub. */
export type WatchState =
  | { readonly state: "open" }
  /** The connection broke or was refused; the next try is in `retryInMs`. */
  | { readonly state: "waiting"; readonly error: HubClientError; readonly retryInMs: number };

/** What to watch, and until when. */
export interface WatchOptions extends Pick<EventsQuery, "server" | "kind"> {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** The `seq` of the last event that is known: what came after it comes first. Default: only what is new. */
  readonly after?: number | undefined;
  /** Wait too when the hub cannot be reached at the start. Default: false, so that a wrong URL is told. */
  readonly waitsForHub?: boolean | undefined;
  /** Hears when the connection is open, and when it broke. */
  readonly onState?: ((state: WatchState) => void) | undefined;
}

/** What `watch` takes from its surroundings. */
export interface WatchTime {
  /** Resolves after a time, or at once when the signal ends it. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
}

/** The hub says something every 15 s; a connection that says nothing for so long is dead. */
const silenceMs = 50_000;
const firstDelayMs = 500;
const longestDelayMs = 30_000;

/**
 * The hub's events as they happen, each once and in order, over as many connections as it takes. An item of
 * kind `reset` says that the journal no longer reaches back to where the reader was.
 * Rejects when the first connection fails (see `waitsForHub`), and when the hub refuses later on.
 */
export async function* watchEvents(
  requests: HubRequests,
  options: WatchOptions,
  time: WatchTime = systemTime,
): AsyncGenerator<WatchedEvent, void, void> {
  const { after, waitsForHub = false, onState, signal } = options;
  const place = { seq: after };
  let failures = 0;
  let wasOpen = waitsForHub;
  const isOver = () => signal?.aborted === true;
  while (!isOver()) {
    const connection = new Connection(requests, options, place.seq);
    let failure = requests.noAnswer(new Error("it closed the stream of events"));
    let isStrange = false;
    try {
      for await (const message of connection.messages()) {
        if (message.event === "ready" || message.event === "reset") {
          wasOpen = true;
          failures = 0;
          onState?.({ state: "open" });
        }
        const item = readMessage(message, requests.url);
        isStrange = HubClientError.is(item);
        if (HubClientError.is(item)) throw item;
        if (message.id !== undefined && /^\d+$/.test(message.id)) place.seq = Number(message.id);
        if (item !== undefined) yield item;
        if (isOver()) return;
      }
    } catch (error) {
      failure = HubClientError.is(error) ? error : requests.noAnswer(error);
      if (isOver()) return;
      if (!wasOpen || isStrange || isFinal(failure)) throw failure;
    } finally {
      connection.close();
    }
    if (isOver()) return;
    const retryInMs = delayMs(failure, failures, time.random);
    failures += 1;
    onState?.({ state: "waiting", error: failure, retryInMs });
    await time.sleep(retryInMs, signal ?? never);
  }
}

const never = new AbortController().signal;

/** What will be the same the next time: the question itself was refused. */
function isFinal({ status }: HubClientError): boolean {
  return [400, 401, 403].includes(status);
}

function delayMs({ retryAfterMs }: HubClientError, failures: number, random: () => number): number {
  if (retryAfterMs !== undefined)
    return Math.min(retryAfterMs, longestDelayMs) + random() * firstDelayMs;
  // After the first break it is asked again soon, but not by everybody at the same moment.
  return (
    Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10)) * (0.5 + random() / 2)
  );
}

/** An event or a reset; undefined for what only says where the stream begins; an error for what is no event. */
function readMessage(
  { event, data, id }: StreamMessage,
  url: string,
): WatchedEvent | HubClientError | undefined {
  if (event === "ready") return undefined;
  if (event === "reset") return { kind: "reset", seq: Number(id ?? 0) };
  const value = parse(data);
  const wrong = misfit(value, shapes.event);
  if (wrong !== undefined) return notAHub(url, 200, `an event of GET /events: ${wrong}`);
  return value as Event; // as far as it is used; the tests hold every event to the contract
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One connection to the stream, which ends with the caller's signal or when it has been silent too long. */
class Connection {
  readonly #requests: HubRequests;
  readonly #options: WatchOptions;
  readonly #after: number | undefined;
  readonly #controller = new AbortController();
  readonly #abort = () => this.#controller.abort();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(requests: HubRequests, options: WatchOptions, after: number | undefined) {
    this.#requests = requests;
    this.#options = options;
    this.#after = after;
    if (options.signal?.aborted === true) this.#abort();
    options.signal?.addEventListener("abort", this.#abort);
  }

  async *messages(): AsyncGenerator<StreamMessage, void, void> {
    const { server, kind } = this.#options;
    const stream = await this.#requests.open({
      method: "GET",
      path: "/events",
      query: { server, kind },
      headers: this.#after === undefined ? {} : { "last-event-id": String(this.#after) },
      signal: this.#controller.signal,
    });
    const reader = stream.getReader();
    const text = new TextDecoder();
    const decoder = new EventDecoder();
    try {
      for (;;) {
        this.#startTimer();
        const { done, value } = await reader.read();
        clearTimeout(this.#timer);
        if (done) return;
        yield* decoder.push(text.decode(value, { stream: true }));
      }
    } finally {
      // It may be broken already.
      await reader.cancel().catch(() => undefined);
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener("abort", this.#abort);
    this.#abort();
  }

  #startTimer(): void {
    const why = new Error(`it said nothing for ${silenceMs / 1_000} s`);
    this.#timer = setTimeout(() => this.#controller.abort(why), silenceMs);
  }
}

const systemTime: WatchTime = {
  random: Math.random,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end);
    }),
};
