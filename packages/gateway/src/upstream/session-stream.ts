import type { UpstreamExchange } from "@hub/core";
import type { StreamEvent } from "@hub/mcp";
import type { LegacyLink } from "./legacy-link.js";

/** A busy server takes its time; one that sends no headers before the first event must not keep calls for ever. */
const mostWaitMs = 2_000;

export type SessionStream = {
  /** Undefined when there can be none. */
  readonly exchange: UpstreamExchange | undefined;
  /** Resolves when it is open, or when there will be none. */
  readonly isOpen: Promise<void>;
};

/**
 * Opens the stream of a session for what the server says outside of a call. Many servers ask and log there
 * even in the middle of one, and what they say while nobody listens is lost: calls wait until it is open.
 */
export function openSessionStream(
  link: LegacyLink,
  onEvent: (event: StreamEvent) => void,
  onEnd: () => void = () => undefined,
): SessionStream {
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
    onEnd();
  };
  const exchange = link.listen({ onOpen: settle, onEvent, onEnd: end, onFailure: end });
  if (exchange === undefined) settle();
  return { exchange, isOpen };
}
