import type { UpstreamExchange, UpstreamFailure } from "@hub/core/upstream";
import {
  isSameId,
  type JsonRpcId,
  type JsonRpcRequest,
  type Message,
  parseMessage,
} from "@hub/mcp";
import { shortMessages } from "../wire/message-limits.js";
import { answerTo } from "./answer-to.js";
import { endSoon, ignoreAnswer, type Start, tell } from "./brief-exchange.js";
import { exchange, type MessageReceiver } from "./exchange.js";
import { initializeRequest, readInitialized } from "./initialize.js";
import type { Initialized, UpstreamInstance } from "./instances.js";
import { type LegacyLink, type LegacyLinkOptions, postHeaders } from "./legacy-link.js";
import { invalid, LinkError } from "./link-error.js";
import { ownReplies } from "./own-replies.js";

/** What nothing is to be done about. */
const never: UpstreamExchange = { abort() {}, pause() {}, resume() {} };

/** How long the last messages of a session may take to arrive. */
const farewellMs = 1_000;

type Pending = {
  readonly id: JsonRpcId;
  readonly receiver: MessageReceiver;
  readonly progressToken: unknown;
};

/**
 * Opens a session over HTTP+SSE (2024-11-05): one stream brings everything, messages go to the address
 * that its first event names, which must be of the same origin. Rejects with LinkError.
 */
export async function openSseLink(options: LegacyLinkOptions): Promise<LegacyLink> {
  const link = new SseLink(options);
  await link.open();
  return link;
}

/** A session over HTTP+SSE. A question of the server that names no call goes to the youngest one. */
class SseLink implements LegacyLink {
  readonly instance: UpstreamInstance;
  readonly handshakeMs: number;
  /** Of the server when it has introduced itself. */
  initialized: Initialized = { protocolVersion: "", capabilities: {} };
  readonly isStateful = true;
  readonly kept = undefined;
  /** It stands as long as its stream does. */
  readonly isInDoubt = false;
  readonly #options: LegacyLinkOptions;
  /** Calls that wait for answers, by their ids. */
  readonly #pending = new Map<JsonRpcId, Pending>();
  /** Sends what the hub itself answers, in its turn. */
  readonly #sendReply: (start: Start) => void;
  /** Hears what belongs to no call. */
  #outside: MessageReceiver | undefined;
  #stream: UpstreamExchange = never;
  /** Where messages go. */
  #target = "";
  /** Messages without an answer that are on their way. */
  #posting = 0;
  #isLost = false;
  #isClosing = false;

  constructor(options: LegacyLinkOptions) {
    this.instance = options.instance;
    this.handshakeMs = options.handshakeMs;
    this.#options = options;
    this.#sendReply = ownReplies(options.instance, options.handshakeMs, (failure) => {
      this.#stream.abort();
      this.#end(failure);
    });
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Opens the stream and introduces the hub. Rejects with LinkError. */
  async open(): Promise<void> {
    const { identity, handshakeMs, signal } = this.#options;
    const { target, handle } = await openStream(
      this.#options,
      (failure) => this.#end(failure),
      (data) => this.#hear(data),
      // The stream is that of all calls, and so are its signs of life.
      () => {
        for (const { receiver } of this.#pending.values()) receiver.onComment?.();
      },
    );
    this.#stream = handle;
    this.#target = target;
    try {
      const introduction = initializeRequest(identity);
      const greeting = await answerTo(
        introduction.id,
        (receiver) => this.request(introduction, receiver),
        { withinMs: handshakeMs, signal },
      );
      this.initialized = readInitialized(greeting.data, greeting.status);
      this.post({ jsonrpc: "2.0", method: "notifications/initialized" });
      this.instance.legacySessions = "sessions";
    } catch (error) {
      handle.abort();
      throw error;
    }
  }

  verify(): Promise<boolean> {
    return Promise.resolve(!this.#isLost);
  }

  request(message: JsonRpcRequest, receiver: MessageReceiver, text?: string): UpstreamExchange {
    const { id } = message;
    const pending = this.#pending;
    pending.set(id, { id, receiver, progressToken: message.params?._meta?.progressToken });
    receiver.onOpen(200, "events", {});
    const fail = (failure: UpstreamFailure) => {
      if (pending.delete(id)) receiver.onFailure(failure);
    };
    if (this.#isLost) {
      queueMicrotask(() =>
        fail({ neverSent: true, code: "ECONNRESET", detail: "it broke the connection" }),
      );
      return { ...never, abort: () => void pending.delete(id) };
    }
    let hasEnded = () => {};
    // Its answer comes with the stream: what comes here says only whether it was taken.
    const posted = this.#sending(
      message,
      text,
    )({
      ...ignoreAnswer,
      onOpen(status) {
        hasEnded = endSoon(() => posted.abort());
        if (status < 200 || status > 299) fail(invalid(`it answered HTTP ${status}`));
      },
      onEnd: () => hasEnded(),
      onFailure: fail,
    });
    return {
      // The stream belongs to all calls; none may stop it.
      ...never,
      abort: () => {
        pending.delete(id);
        hasEnded();
        posted.abort();
      },
    };
  }

  post(message: object): void {
    this.#posting += 1;
    tell(this.#sending(message), this.#options.handshakeMs, () => {
      this.#posting -= 1;
      if (this.#isClosing && this.#posting === 0) this.#stream.abort();
    });
  }

  reply(message: object): void {
    this.#sendReply(this.#sending(message));
  }

  listen(receiver: MessageReceiver): UpstreamExchange {
    this.#outside = receiver;
    receiver.onOpen(200, "events", {});
    return {
      ...never,
      abort: () => {
        if (this.#outside === receiver) this.#outside = undefined;
      },
    };
  }

  /** What is still on its way, such as a cancellation, means nothing to a server once the stream is gone. */
  close(): void {
    this.#isClosing = true;
    if (this.#posting === 0) this.#stream.abort();
    else setTimeout(() => this.#stream.abort(), farewellMs).unref();
  }

  /** Answers to a POST say nothing; what there is to say comes with the stream. */
  #sending(message: object, body = JSON.stringify(message)): Start {
    const { dialer, via, limits } = this.#options;
    const request = { method: "POST", headers: postHeaders, body, via } as const;
    const to = { serverId: this.instance.serverId, endpoint: this.#target };
    const short = shortMessages({ ...limits, bytes: 65_536 });
    return (receiver) => exchange(dialer, to, request, short, receiver);
  }

  #end(failure: UpstreamFailure): void {
    this.#isLost = true;
    for (const { receiver } of this.#pending.values()) receiver.onFailure(failure);
    this.#pending.clear();
    this.#outside?.onFailure(failure);
  }

  #hear(data: string): void {
    const parsed = parseMessage(data);
    if (parsed === undefined) return;
    const call = this.#callFor(parsed);
    if (call === undefined) {
      this.#outside?.onEvent({ data });
      return;
    }
    call.receiver.onEvent({ data });
    if (parsed.kind !== "response") return;
    this.#pending.delete(call.id);
    call.receiver.onEnd();
  }

  #callFor(parsed: Message): Pending | undefined {
    const pending = this.#pending;
    if (parsed.kind === "response") {
      const id = parsed.message.id ?? "";
      // Some write a number as a text.
      return pending.get(id) ?? [...pending.values()].find((one) => isSameId(id, one.id));
    }
    if (parsed.message.method === "notifications/progress") {
      const token = parsed.message.params?.progressToken;
      return [...pending.values()].find(({ progressToken }) => progressToken === token);
    }
    const isOfNoCall = /list_changed$|\/updated$/.test(parsed.message.method);
    return isOfNoCall ? undefined : [...pending.values()].at(-1);
  }
}

function openStream(
  { dialer, instance, limits, handshakeMs, via, signal }: LegacyLinkOptions,
  onEnd: (failure: UpstreamFailure) => void,
  onMessage: (data: string) => void,
  onComment: () => void,
): Promise<{ readonly target: string; readonly handle: UpstreamExchange }> {
  return new Promise((resolve, reject) => {
    let isOpen = false;
    const unwanted = () =>
      fail({ neverSent: false, code: "ABORTED", detail: "nobody waits for it any more" });
    signal?.addEventListener("abort", unwanted, { once: true });
    const fail = (failure: UpstreamFailure) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", unwanted);
      if (isOpen) return onEnd({ ...failure, neverSent: false });
      handle.abort();
      reject(new LinkError(failure));
    };
    const timer = setTimeout(
      () =>
        fail({ neverSent: false, code: "TIMEOUT", detail: "it opened no event stream in time" }),
      handshakeMs,
    );
    const request = { method: "GET", headers: { accept: "text/event-stream" }, via } as const;
    const handle = exchange(dialer, instance, request, limits, {
      onOpen(status, framing) {
        if (status !== 200 || framing !== "events")
          fail(invalid(`it answered HTTP ${status} instead of an event stream`));
      },
      onEvent({ event, data }) {
        if (isOpen) {
          if (data !== undefined && (event === undefined || event === "message")) onMessage(data);
          return;
        }
        if (event !== "endpoint" || data === undefined || !URL.canParse(data, instance.endpoint))
          return fail(invalid("its event stream begins without an endpoint"));
        const target = new URL(data, instance.endpoint);
        // A URL found in an answer is dialled only where the stream itself comes from.
        if (target.origin !== new URL(instance.endpoint).origin)
          return fail(invalid("its event stream names an endpoint at another origin"));
        target.username = "";
        target.password = "";
        isOpen = true;
        clearTimeout(timer);
        signal?.removeEventListener("abort", unwanted);
        resolve({ target: target.href, handle });
      },
      onComment,
      onEnd: () =>
        fail({ neverSent: false, code: "ECONNRESET", detail: "it ended its event stream" }),
      onFailure: fail,
    });
  });
}
