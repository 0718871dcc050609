import { type Entry, flappingOf } from "@hub/core";
import { isJsonObject } from "@hub/core/json";
import type { UpstreamDialer, UpstreamExchange, UpstreamFailure } from "@hub/core/upstream";
import {
  changedLists,
  type ListKind,
  parseMessage,
  resourceUpdated,
  type StreamEvent,
} from "@hub/mcp";
import { responseTo } from "./brief-exchange.js";
import type { GatewayContext } from "./context.js";
import { exchange, type MessageReceiver } from "./exchange.js";
import type { UpstreamInstance } from "./instances.js";
import { type LegacyLink, openStreamableLink } from "./legacy-link.js";
import { listenRequest } from "./listen-request.js";
import { ownRequestId } from "./own-ids.js";
import { Pace } from "./pace.js";
import { pacedDialer } from "./paced-dialer.js";
import { RetryPause } from "./retry-pause.js";
import { ServerSubscriptions } from "./server-subscriptions.js";
import { openSseLink } from "./sse-link.js";
import { waitForStream } from "./stream-wait.js";

/** Clients are not kept waiting longer than this for what a server may never confirm. */
const mostWaitMs = 2_000;
const mostReplaced = 4;
/**
 * How fast a server is read that tells of changes. 100 bytes, an event and a client told of it cost a unit
 * each: 10,000 resources that change at once are told of at once, and what comes for ever is read slowly.
 */
const readingPace = { burst: 50_000, perSecond: 10_000 } as const;
/** A stream that lived this long was a good one; the next pause is short again. */
const goodAfterMs = 10_000;

/** Why the hub ends a stream: what came was too large, too slow, too much to answer or no messages. */
const refusals = new Set(["TOO_LARGE", "TIMEOUT", "ANSWER_INVALID", "TOO_MANY_ASKED"]);

export type WatcherOptions = {
  readonly context: GatewayContext;
  readonly entry: Entry;
  readonly instance: UpstreamInstance;
  /** The server's own URIs that somebody follows now. */
  readonly uris: () => readonly string[];
  readonly isFollowed: (uri: string) => boolean;
  readonly onListChanged: (kind: ListKind) => void;
  /** Returns how many were told. */
  readonly onUpdated: (uri: string) => number;
};

/** One catalogue connection: hears what an instance tells of its lists and resources, until it is closed. */
export class Watcher {
  readonly endpoint: string;
  readonly knownSince: number;
  readonly #options: WatcherOptions;
  #stream: UpstreamExchange | undefined;
  /** Streams that hear on until the one that replaces them stands. */
  readonly #replaced = new Set<UpstreamExchange>();
  readonly #readyListeners = new Set<() => void>();
  /** Reads all that the server sends here. */
  readonly #dialer: UpstreamDialer;
  readonly #pace: Pace;
  /** Whether a session stands in which the server is heard, or is said to be. */
  #hears = false;
  /** Whether the present stream is open. */
  #isOpen = false;
  /** Whether the server was told in the present stream's time all that is followed. */
  #isTold = false;
  /** Whether lists may have changed while nobody heard it. */
  #mayMissLists = false;
  /** Resources that somebody follows, and that may have changed while nobody heard it. */
  readonly #mayMiss = new Set<string>();
  /** Whether a stream was open in the present session. */
  #hasHeard = false;
  /** Streams that the server refused in a row. */
  #refusals = 0;
  #link: LegacyLink | undefined;
  /** What the server was told of resources in this session. */
  #subscriptions: ServerSubscriptions | undefined;
  readonly #pause = new RetryPause();
  #openedAt = 0;
  #wasOpen = false;
  #hasWarned = false;
  #isClosed = false;
  #isListeningAgain = false;
  #generation = 0;

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.endpoint = options.instance.endpoint;
    this.knownSince = options.instance.knownSince;
    const { catalogue, dialer } = options.context;
    this.#pace = new Pace({ ...readingPace, now: () => catalogue.now().hub });
    this.#dialer = pacedDialer(dialer, this.#pace);
    this.#miss();
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
    // Nobody has followed it before.
    this.#mayMiss.delete(uri);
    const isHeard = await soon(this.#whenHeard(uri));
    if (!isHeard || (this.#hears && !this.#isOpen)) this.#mayMiss.add(uri);
  }

  async #whenHeard(uri: string): Promise<void> {
    const subscriptions = this.#subscriptions;
    if (subscriptions !== undefined && this.#hears) {
      await subscriptions.settle(uri);
      // Whoever waited too long has not heard of what happened meanwhile.
      if (subscriptions === this.#subscriptions && this.#isOpen && this.#isTold) this.#tellOf(uri);
      return;
    }
    // One that is still connecting says so itself when it has.
    if (this.#link === undefined) this.#listenAgain();
    await new Promise<void>((resolve) => void this.#readyListeners.add(resolve));
  }

  unfollow(uri: string): void {
    if (this.#subscriptions !== undefined) void this.#subscriptions.settle(uri);
    else this.#listenAgain();
  }

  close(): void {
    this.#isClosed = true;
    this.#pause.end();
    this.#stream?.abort();
    this.#endReplaced();
    this.#tellStanding();
    this.#subscriptions?.end();
    this.#link?.close();
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
      });
      if (this.#isClosed || generation !== this.#generation) return link.close();
      this.#link = link;
      const subscriptions = new ServerSubscriptions({
        isFollowed,
        ask: (method, uri) => this.#ask(link, method, uri),
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
    if (!isOver) this.#miss();
    const subscriptions = this.#subscriptions;
    // Without a session nothing is ever told; the probes have to do.
    if (this.#stream !== undefined && subscriptions !== undefined)
      await Promise.all(this.#options.uris().map((uri) => subscriptions.settle(uri)));
    this.#tellStanding();
    if (this.#isClosed || generation !== this.#generation) return;
    this.#isTold = true;
    if (this.#isOpen) this.#catchUp();
  }

  /** Resolves when the stream is open, as what a server says before is lost: see `waitForStream`. */
  #hearing(link: LegacyLink): Promise<boolean> {
    const wait = waitForStream(link.instance, link.handshakeMs);
    const receiver = this.#receiver(wait.ended);
    this.#stream = link.listen({
      ...receiver,
      onOpen(status, framing, headers) {
        if (status < 300 && framing === "events") wait.opened();
        receiver.onOpen(status, framing, headers);
      },
      onEvent(event) {
        wait.heard();
        receiver.onEvent(event);
      },
    });
    if (this.#stream === undefined) wait.ended();
    return wait.isOver;
  }

  async #ask(link: LegacyLink, method: string, uri: string): Promise<void> {
    const request = { jsonrpc: "2.0", id: ownRequestId(), method, params: { uri } } as const;
    // No sooner: who hangs up on a busy server may not have told it.
    const withinMs = link.handshakeMs;
    await responseTo((receiver) => link.request(request, receiver), { withinMs });
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
          if (this.#isTold) this.#catchUp();
        }
        if (!isStream && this.#link !== undefined) this.#refused(status, generation);
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
  #refused(status: number, generation: number): void {
    if (this.#isClosed || generation !== this.#generation) return;
    this.#refusals += 1;
    if (status === 405 || this.#refusals > 1) {
      this.#tellStanding();
      this.close();
    } else this.#reconnect(generation, undefined, !this.#hasHeard);
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
      this.#tellStanding();
      this.#catchUp();
    }
  }

  /** Until it says otherwise, the server is not heard. */
  #miss(): void {
    this.#mayMissLists = this.#wasOpen;
    for (const uri of this.#options.uris()) this.#mayMiss.add(uri);
  }

  /** What changed while nobody listened is found by reading. */
  #catchUp(): void {
    const { context, entry } = this.#options;
    const { id } = entry.record;
    this.#wasOpen = true;
    // One that flaps is read when its time has come, whatever may have changed.
    const isFlapping = flappingOf(context.catalogue.get(id)?.pace) !== undefined;
    if (this.#mayMissLists && announcesLists(entry) && !isFlapping) void context.readAgain?.(id);
    this.#mayMissLists = false;
    for (const uri of [...this.#mayMiss]) this.#tellOf(uri);
  }

  /** Whoever follows a resource that may have changed hears that it did. */
  #tellOf(uri: string): void {
    if (this.#mayMiss.delete(uri)) this.#pace.spend(this.#options.onUpdated(uri));
  }

  /** Whether the hub itself ended the stream, for what came on it. Said once, until there was a good one. */
  #isRefused(failure: UpstreamFailure | undefined): boolean {
    if (failure === undefined || !refusals.has(failure.code)) return false;
    const { context, entry, instance } = this.#options;
    const level = this.#hasWarned ? "debug" : "warn";
    this.#hasWarned = true;
    context.log[level]("list-stream-refused", {
      server: entry.record.id,
      instance: instance.instanceId,
      reason: failure.detail,
    });
    return true;
  }

  #tellStanding(): void {
    for (const tell of this.#readyListeners) tell();
    this.#readyListeners.clear();
  }

  /** Hears anew after a pause: in the session there is, if it may still stand. */
  #reconnect(generation: number, failure?: UpstreamFailure, mayStand = true): void {
    if (this.#isClosed || generation !== this.#generation) return;
    this.#generation += 1;
    this.#hears = false;
    this.#isOpen = false;
    this.#isTold = false;
    this.#miss();
    this.#stream?.abort();
    this.#stream = undefined;
    this.#endReplaced();
    if (!mayStand || this.#link?.isLost === true) this.#endSession();
    const livedMs = this.#options.context.catalogue.now().hub - this.#openedAt;
    const isGood = !this.#isRefused(failure) && livedMs >= goodAfterMs;
    if (isGood) this.#hasWarned = false;
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

/** Resolves with whether that is over before clients have waited long enough. */
async function soon(over: Promise<void>): Promise<boolean> {
  let giveUp: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    giveUp = setTimeout(resolve, mostWaitMs, false);
  });
  const isOver = await Promise.race([over.then(() => true), tooLong]);
  clearTimeout(giveUp);
  return isOver;
}

/** Whether a server said that it tells of changes of its lists. */
function announcesLists({ snapshot }: Entry): boolean {
  const capabilities = snapshot?.capabilities ?? {};
  return ["tools", "prompts", "resources"].some((kind) => {
    const capability = capabilities[kind];
    return isJsonObject(capability) && capability.listChanged === true;
  });
}

/** Whether a server said that its resources can be subscribed to. */
export function canSubscribe({ snapshot }: Entry): boolean {
  const resources = snapshot?.capabilities.resources;
  return isJsonObject(resources) && resources.subscribe === true;
}
