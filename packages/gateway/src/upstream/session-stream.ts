import type { UpstreamExchange } from "@hub/core/upstream";
import type { StreamEvent } from "@hub/mcp";
import type { LegacyLink } from "./legacy-link.js";

/** A busy server takes its time; one that sends no headers before the first event must not keep calls for ever. */
const mostWaitMs = 2_000;

/** Refusals that say nothing of the next time: another stream is still open, or too much was asked. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429]);

export type SessionStream = {
  /** Undefined when there can be none. */
  readonly exchange: UpstreamExchange | undefined;
  /** Resolves when it is open, or when there will be none. */
  readonly isOpen: Promise<void>;
};

/**
 * Opens the stream of a session for what the server says outside of a call. Many servers ask and log there
 * even in the middle of one, and what they say while nobody listens is lost: calls wait until it is open.
 * `onEnd` hears once that it ended, and whether the server refused it for good.
 */
export function openSessionStream(
  link: LegacyLink,
  onEvent: (event: StreamEvent) => void,
  onEnd: (isRefused: boolean) => void = () => undefined,
): SessionStream {
  let isRefused = false;
  let open = () => {};
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  const timer = setTimeout(open, mostWaitMs);
  const settle = () => {
    clearTimeout(timer);
    open();
  };
  const end = () => {
    settle();
    onEnd(isRefused);
  };
  const exchange = link.listen({
    onOpen(status, framing) {
      isRefused = status < 300 ? framing !== "events" : status < 500 && !passing.has(status);
      settle();
    },
    onEvent,
    onEnd: end,
    onFailure: end,
  });
  if (exchange === undefined) settle();
  return { exchange, isOpen };
}
