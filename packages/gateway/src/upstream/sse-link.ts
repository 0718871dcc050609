import type { UpstreamExchange, UpstreamFailure } from "@hub/core";
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
 * that its first event names, which must be of the same origin. A question of the server that names no
 * call goes to the youngest one. Rejects with LinkError.
 */
export async function openSseLink(options: LegacyLinkOptions): Promise<LegacyLink> {
  const { dialer, instance, via } = options;
  // Answers to a POST say nothing; what there is to say comes with the stream.
  const limits = { ...options.limits, bytes: 65_536 };
  const pending = new Map<JsonRpcId, Pending>();
  let outside: MessageReceiver | undefined;
  let isLost = false;
  let target = "";
  const end = (failure: UpstreamFailure) => {
    isLost = true;
    for (const { receiver } of pending.values()) receiver.onFailure(failure);
    pending.clear();
    outside?.onFailure(failure);
  };
  const sending = (message: object, body = JSON.stringify(message)): Start => {
    const request = { method: "POST", headers: postHeaders, body, via } as const;
    const to = { serverId: instance.serverId, endpoint: target };
    return (receiver) => exchange(dialer, to, request, shortMessages(limits), receiver);
  };
  // The stream is that of all calls, and so are its signs of life.
  const onComment = () => {
    for (const { receiver } of pending.values()) receiver.onComment?.();
  };
  const stream = await openStream(options, end, (data) => hear(data), onComment);
  target = stream.target;

  function hear(data: string): void {
    const parsed = parseMessage(data);
    if (parsed === undefined) return;
    const call = callFor(parsed);
    if (call === undefined) {
      outside?.onEvent({ data });
      return;
    }
    call.receiver.onEvent({ data });
    if (parsed.kind !== "response") return;
    pending.delete(call.id);
    call.receiver.onEnd();
  }

  function callFor(parsed: Message): Pending | undefined {
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

  function request(
    message: JsonRpcRequest,
    receiver: MessageReceiver,
    text?: string,
  ): UpstreamExchange {
    const { id } = message;
    pending.set(id, { id, receiver, progressToken: message.params?._meta?.progressToken });
    receiver.onOpen(200, "events", {});
    const fail = (failure: UpstreamFailure) => {
      if (pending.delete(message.id)) receiver.onFailure(failure);
    };
    if (isLost) {
      queueMicrotask(() =>
        fail({ neverSent: true, code: "ECONNRESET", detail: "it broke the connection" }),
      );
      return { ...never, abort: () => void pending.delete(message.id) };
    }
    // Its answer comes with the stream: what comes here says only whether it was taken.
    const posted = sending(
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
    let hasEnded = () => {};
    return {
      // The stream belongs to all calls; none may stop it.
      ...never,
      abort: () => {
        pending.delete(message.id);
        hasEnded();
        posted.abort();
      },
    };
  }

  let posting = 0;
  let isClosing = false;
  const posted = () => {
    posting -= 1;
    if (isClosing && posting === 0) stream.handle.abort();
  };
  const post = (message: object) => {
    posting += 1;
    tell(sending(message), options.handshakeMs, posted);
  };
  const reply = ownReplies(instance, options.handshakeMs, (failure) => {
    stream.handle.abort();
    end(failure);
  });
  // What is still on its way, such as a cancellation, means nothing to a server once the stream is gone.
  const close = () => {
    isClosing = true;
    if (posting === 0) stream.handle.abort();
    else setTimeout(() => stream.handle.abort(), farewellMs).unref();
  };

  try {
    const introduction = initializeRequest(options.identity);
    const greeting = await answerTo(
      introduction.id,
      (receiver) => request(introduction, receiver),
      { withinMs: options.handshakeMs, signal: options.signal },
    );
    const initialized = readInitialized(greeting.data, greeting.status);
    post({ jsonrpc: "2.0", method: "notifications/initialized" });
    instance.legacySessions = "sessions";
    return {
      instance,
      initialized,
      isStateful: true,
      kept: undefined,
      get isLost() {
        return isLost;
      },
      // It stands as long as its stream does.
      isInDoubt: false,
      verify: async () => !isLost,
      request,
      post,
      reply: (message) => reply(sending(message)),
      listen(receiver) {
        outside = receiver;
        receiver.onOpen(200, "events", {});
        return {
          ...never,
          abort: () => {
            if (outside === receiver) outside = undefined;
          },
        };
      },
      close,
    };
  } catch (error) {
    stream.handle.abort();
    throw error;
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
