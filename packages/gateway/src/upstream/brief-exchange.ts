import type { UpstreamExchange, UpstreamFailure } from "@hub/core/upstream";
import { type Outcome, parseMessage } from "@hub/mcp";
import type { MessageReceiver } from "./exchange.js";

/** Sends something, and hears what comes back. */
export type Start = (receiver: MessageReceiver) => UpstreamExchange;

/** How long an exchange is waited for. */
export type Patience = {
  readonly withinMs: number;
  /** Ends it: nobody waits for it any more. Default: nothing does but its time. */
  readonly signal?: AbortSignal | undefined;
};

/** Nobody waits for the answer. */
export const ignoreAnswer: MessageReceiver = {
  onOpen: () => undefined,
  onEvent: () => undefined,
  onEnd: () => undefined,
  onFailure: () => undefined,
};

/** How long a stream may stay open after the answer. To close it at once would cost its connection. */
const mostTrailingMs = 1_000;
/** How many do so, of all servers together; for a further one the oldest ends at once. */
const mostTrailing = 64;

const trailing = new Set<() => void>();

/** Calls `end` for an exchange that has served its purpose, unless it soon ends by itself. Returns how to say that it has. */
export function endSoon(end: () => void): () => void {
  const stop = () => {
    clearTimeout(timer);
    trailing.delete(endNow);
  };
  const endNow = () => {
    stop();
    end();
  };
  const timer = setTimeout(endNow, mostTrailingMs).unref();
  trailing.add(endNow);
  const [oldest] = trailing;
  if (trailing.size > mostTrailing) oldest?.();
  return stop;
}

/**
 * Starts an exchange with one purpose, and sees to its end: when its time is over or nobody wants it any
 * more, which its receiver hears as a failure; and soon after it has served its purpose, which the
 * returned function says and after which nothing is heard. A server that never ends its answer keeps no
 * connection so. `onOver` is called once, when nothing of the exchange is left.
 */
export function startBrief(
  start: Start,
  receiver: MessageReceiver,
  { withinMs, signal }: Patience,
  onOver: () => void = () => undefined,
): () => void {
  let isServed = false;
  let isOver = false;
  let stopEnding = () => {};
  const over = (tell: () => void) => {
    if (isOver) return;
    // Whoever throws at what it hears is told of that: it is not over before it has heard.
    if (!isServed) tell();
    isOver = true;
    stopWaiting();
    stopEnding();
    onOver();
  };
  const stopWaiting = () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", unwanted);
  };
  const giveUp = (failure: UpstreamFailure) => {
    started.abort();
    over(() => receiver.onFailure(failure));
  };
  const unwanted = () =>
    giveUp({ neverSent: false, code: "ABORTED", detail: "nobody waits for it any more" });
  const late = () => {
    const detail = `it did not answer in ${withinMs} ms`;
    giveUp({ neverSent: false, code: "TIMEOUT", detail });
  };
  const timer = setTimeout(late, withinMs).unref();
  // An event that has fired does not fire again.
  if (signal?.aborted === true) queueMicrotask(unwanted);
  signal?.addEventListener("abort", unwanted, { once: true });
  const started = start({
    onOpen(status, framing, headers) {
      if (!isServed) receiver.onOpen(status, framing, headers);
    },
    onEvent(event) {
      if (!isServed) receiver.onEvent(event);
    },
    onEnd: () => over(() => receiver.onEnd()),
    onFailure: (failure) => over(() => receiver.onFailure(failure)),
  });
  return () => {
    if (isServed || isOver) return;
    isServed = true;
    stopWaiting();
    stopEnding = endSoon(() => {
      started.abort();
      over(() => undefined);
    });
  };
}

/** Sends what nobody waits for the answer of. `onOver` is called when its connection is free again. */
export function tell(start: Start, withinMs: number, onOver?: () => void): void {
  const served = startBrief(
    start,
    { ...ignoreAnswer, onOpen: () => served() },
    { withinMs },
    onOver,
  );
}

/** The response to a request; undefined when none came in time. Never rejects. */
export function responseTo(start: Start, patience: Patience): Promise<Outcome | undefined> {
  return new Promise((resolve) => {
    const none = () => resolve(undefined);
    const served = startBrief(
      start,
      {
        ...ignoreAnswer,
        onEvent({ data }) {
          const parsed = data === undefined ? undefined : parseMessage(data);
          if (parsed?.kind !== "response") return;
          served();
          resolve(parsed.message);
        },
        onEnd: none,
        onFailure: none,
      },
      patience,
    );
  });
}
