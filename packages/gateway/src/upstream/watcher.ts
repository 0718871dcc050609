import type { Entry } from "@hub/core";
import type { UpstreamDialer, UpstreamExchange, UpstreamFailure } from "@hub/core/upstream";
import {
  changedLists,
  type ListKind,
  parseMessage,
  resourceUpdated,
  type StreamEvent,
} from "@hub/mcp";
import type { GatewayContext } from "./context.js";
import { exchange, type MessageReceiver } from "./exchange.js";
import type { UpstreamInstance } from "./instances.js";
import { type LegacyLink, openStreamableLink } from "./legacy-link.js";
import { listenRequest } from "./listen-request.js";
import { MissedChanges } from "./missed-changes.js";
import { Pace } from "./pace.js";
import { pacedDialer } from "./paced-dialer.js";
import { RetryPause } from "./retry-pause.js";
import { ServerSubscriptions } from "./server-subscriptions.js";
import { openSseLink } from "./sse-link.js";
import { StreamRefusals } from "./stream-refusals.js";
import { type StreamWait, waitForStream } from "./stream-wait.js";
import { askAboutResource } from "./subscribe-request.js";
import { soon, WaitingClients } from "./waiting-clients.js";

const mostReplaced = 4;
/**
 * How fast a server is read that tells of changes. 100 bytes, an event and a client told of it cost a unit
 * each: 10,000 resources that change at once are told of at once, and what comes for ever is read slowly.
 */
const readingPace = { burst: 50_000, perSecond: 10_000 } as const;
/** A stream that lived this long was a good one; the next pause is short again. */
const goodAfterMs = 10_000;

export type WatcherOptions = {
  readonly context: GatewayContext;
  readonly entry: Entry;
  readonly instance: UpstreamInstance;
  /** The server's own URIs that somebody follows now. */
  readonly uris: () => readonly string[];
  readonly isFollowed: (uri: string) => boolean;
  readonly onListChanged: (kind: ListKind) => void;
  /** Its lists may have changed while it was not heard. */
  readonly onListsMissed: () => void;
  /** Returns how many were told. */
  readonly onUpdated: (uri: string) => number;
};

/** One catalogue connection: hears what an instance tells of its lists and resources, until it is closed. */
export class Watcher {
  readonly endpoint: string;
  readonly knownSince: number;
  readonly #options: WatcherOptions;
  #stream: UpstreamExchange | undefined;
  /** For the present stream to open. */
  #opening: StreamWait | undefined;
  /** Streams that hear on until the one that replaces them stands. */
  readonly #replaced = new Set<UpstreamExchange>();
  readonly #waiting = new WaitingClients();
  /** Reads all that the server sends here. */
  readonly #dialer: UpstreamDialer;
  readonly #pace: Pace;
  /** Whether a session stands in which the server is heard, or is said to be. */
  #hears = false;
  /** Whether the present stream is open. */
  #isOpen = false;
  readonly #missed: MissedChanges;
  /** Whether a stream was open in the present session. */
  #hasHeard = false;
  /** Streams that the server refused in a row. */
  #refusals = 0;
  #link: LegacyLink | undefined;
  /** What the server was told of resources in this session. */
  #subscriptions: ServerSubscriptions | undefined;
  readonly #pause = new RetryPause();
  #openedAt = 0;
  readonly #refused: StreamRefusals;
  readonly #closing = new AbortController();
  #isListeningAgain = false;
  #generation = 0;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.endpoint = options.instance.endpoint;
    this.knownSince = options.instance.knownSince;
    const { catalogue, dialer, log } = options.context;
    this.#refused = new StreamRefusals(log, options.instance);
    this.#pace = new Pace({ ...readingPace, now: () => catalogue.now().hub });
    this.#dialer = pacedDialer(dialer, this.#pace);
    this.#missed = new MissedChanges({
      uris: options.uris,
      onLists: options.onListsMissed,
      onResource: (uri) => this.#pace.spend(options.onUpdated(uri)),
    });
  }

  open(): void {
    if (this.#isClosed) return;
    const { context, entry, instance } = this.#options;
    this.#generation += 1;
    this.#openedAt = context.catalogue.now().hub;
    if (instance.eraIn(entry) === "modern") this.#listen();
    else void this.#connect();
  }

  /**
   * Resolves when the server knows, or will not: what it tells from then on is heard. A server that takes longer than
   * anybody waits is heard from some later time on, and then whoever follows hears of a change.
   */
  async follow(uri: string): Promise<void> {
    if (this.#isClosed) return;
    this.#missed.forget(uri);
    const isHeard = await this.#isHeardSoon(uri);
    const { isFollowed } = this.#options;
    if (this.#isClosed || this.#isStreamless || !isFollowed(uri)) return;
    if (!isHeard || (this.#hears && !this.#isOpen)) this.#missed.missResource(uri);
  }

  #isHeardSoon(uri: string): Promise<boolean> {
    const subscriptions = this.#subscriptions;
    if (subscriptions !== undefined && this.#hears) return soon(this.#settle(subscriptions, uri));
    // One that is still connecting says so itself when it has.
    if (this.#link === undefined) this.#listenAgain();
    return this.#waiting.wait();
  }

  unfollow(uri: string): void {
    this.#missed.forget(uri);
    if (this.#subscriptions !== undefined) void this.#subscriptions.settle(uri);
    else this.#listenAgain();
  }

  close(): void {
    this.#closing.abort();
    this.#pause.end();
    // What is aborted reports no end.
    this.#opening?.ended();
    this.#stream?.abort();
    this.#endReplaced();
    this.#waiting.tell();
    this.#subscriptions?.end();
    this.#link?.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Without a session nothing is ever told; the probes have to do. */
  get #isStreamless(): boolean {
    return this.#hears && this.#stream === undefined;
  }

  /** A modern stream says at its start what it is about; another wish needs another stream. */
  #listenAgain(): void {
    if (this.#isListeningAgain) return;
    this.#isListeningAgain = true;
    // Many wishes of one moment are one stream.
    setImmediate(() => {
      this.#isListeningAgain = false;
      if (this.#isClosed || this.#stream === undefined) return;
      // A server that never confirms does not get to keep streams.
      if (this.#replaced.size >= mostReplaced) this.#endReplaced();
      this.#replaced.add(this.#stream);
      this.#generation += 1;
      this.#listen();
    });
  }

  #endReplaced(): void {
    for (const stream of this.#replaced) stream.abort();
    this.#replaced.clear();
  }

  #listen(): void {
    const { context, instance, uris } = this.#options;
    this.#stream = exchange(
      this.#dialer,
      instance,
      listenRequest(uris(), context.identity.clientInfo),
      context.serverMessages,
      this.#receiver(),
    );
  }

  async #connect(): Promise<void> {
    const { context, instance, isFollowed } = this.#options;
    const generation = this.#generation;
    const open = instance.transport === "sse" ? openSseLink : openStreamableLink;
    try {
      const link = await open({
        dialer: this.#dialer,
        instance,
        identity: context.identity,
        handshakeMs: context.limits.handshakeMs,
        limits: context.serverMessages,
        signal: this.#closing.signal,
      });
      if (this.#isClosed || generation !== this.#generation) return link.close();
      this.#link = link;
      const subscriptions = new ServerSubscriptions({
        isFollowed,
        ask: (method, uri) => askAboutResource(link, method, uri),
      });
      this.#subscriptions = subscriptions;
      await this.#hearOn(link);
    } catch {
      this.#reconnect(generation);
    }
  }

  /** Hears in a session that stands; what is followed the server is told where it does not know it. */
  async #hearOn(link: LegacyLink): Promise<void> {
    const generation = this.#generation;
    const isOver = await this.#hearing(link);
    if (this.#isClosed || generation !== this.#generation) return;
    this.#hears = true;
    if (!isOver) this.#missed.miss();
    const subscriptions = this.#subscriptions;
    if (!this.#isStreamless && subscriptions !== undefined)
      await Promise.all(this.#options.uris().map((uri) => this.#settle(subscriptions, uri)));
    this.#waiting.tell();
  }

  async #settle(subscriptions: ServerSubscriptions, uri: string): Promise<void> {
    await subscriptions.settle(uri);
    if (subscriptions !== this.#subscriptions || !this.#isOpen) return;
    // Nobody has heard of what happened meanwhile.
    if (subscriptions.knows(uri)) this.#missed.heardOf(uri);
  }

  /** Resolves when the stream is open, as what a server says before is lost: see `waitForStream`. */
  #hearing(link: LegacyLink): Promise<boolean> {
    const wait = waitForStream(link.instance, link.handshakeMs);
    this.#opening = wait;
    const receiver = this.#receiver(wait.ended);
    this.#stream = link.listen({
      ...receiver,
      onOpen(status, framing, headers) {
        if (status < 300 && framing === "events") wait.opened();
        receiver.onOpen(status, framing, headers);
      },
      onEvent(event) {
        if (event.data) wait.heard();
        receiver.onEvent(event);
      },
    });
    if (this.#stream === undefined) wait.ended();
    return wait.isOver;
  }

  #receiver(onSettled: () => void = () => undefined): MessageReceiver {
    const generation = this.#generation;
    const ended = (fault?: UpstreamFailure) => {
      this.#reconnect(generation, fault);
      onSettled();
    };
    return {
      onOpen: (status, framing) => {
        const isStream = status >= 200 && status <= 299 && framing === "events";
        if (isStream) this.#refusals = 0;
        if (isStream && this.#link !== undefined && generation === this.#generation) {
          this.#hasHeard = true;
          this.#isOpen = true;
          this.#missed.heard((uri) => this.#subscriptions?.knows(uri) === true);
        }
        if (!isStream && this.#link !== undefined) this.#noStream(status, generation);
        // One of 2026-07-28 may answer with a message, and end.
        else if (status === 405) this.close();
        else if (status < 200 || status > 299) ended();
        onSettled();
      },
      onEvent: (event) => this.#hear(event, generation),
      onEnd: () => ended(),
      onFailure: (failure) => ended(failure),
    };
  }

  /**
   * The server gave no stream in a session. That it has none is said by 405, by anything else twice in a
   * row: then the probes have to do. A session that was heard before may be unknown by now.
   */
  #noStream(status: number, generation: number): void {
    if (this.#isClosed || generation !== this.#generation) return;
    this.#refusals += 1;
    if (status === 405 || this.#refusals > 1) this.close();
    else this.#reconnect(generation, undefined, !this.#hasHeard);
  }

  #hear({ data }: StreamEvent, generation: number): void {
    this.#pace.spend(1);
    const parsed = data === undefined ? undefined : parseMessage(data);
    if (parsed?.kind === "request" && parsed.message.method === "ping") {
      this.#link?.reply({ jsonrpc: "2.0", id: parsed.message.id, result: {} });
      return;
    }
    if (parsed?.kind !== "notification") return;
    const { method, params } = parsed.message;
    const changed = changedLists(method);
    if (method === resourceUpdated && typeof params?.uri === "string")
      this.#pace.spend(this.#options.onUpdated(params.uri));
    else if (changed !== undefined) this.#options.onListChanged(changed);
    else if (
      method === "notifications/subscriptions/acknowledged" &&
      generation === this.#generation &&
      !this.#isListeningAgain
    ) {
      this.#endReplaced();
      this.#waiting.tell();
      this.#missed.heard(() => true);
    }
  }

  /** Hears anew after a pause: in the session there is, if it may still stand. */
  #reconnect(generation: number, failure?: UpstreamFailure, mayStand = true): void {
    if (this.#isClosed || generation !== this.#generation) return;
    this.#generation += 1;
    this.#hears = false;
    this.#isOpen = false;
    this.#missed.miss();
    this.#stream?.abort();
    this.#stream = undefined;
    this.#endReplaced();
    if (!mayStand || this.#link?.isLost === true) this.#endSession();
    const livedMs = this.#options.context.catalogue.now().hub - this.#openedAt;
    const isGood = !this.#refused.isOne(failure) && livedMs >= goodAfterMs;
    if (isGood) this.#refused.forget();
    this.#pause.wait(isGood, () => this.#resume());
  }

  #resume(): void {
    if (this.#link === undefined) {
      this.open();
      return;
    }
    this.#generation += 1;
    this.#openedAt = this.#options.context.catalogue.now().hub;
    void this.#hearOn(this.#link);
  }

  #endSession(): void {
    this.#hasHeard = false;
    this.#subscriptions?.end();
    this.#subscriptions = undefined;
    this.#link?.close();
    this.#link = undefined;
  }
}
