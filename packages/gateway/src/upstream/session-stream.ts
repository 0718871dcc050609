import type { StreamEvent } from "@hub/mcp";
import type { LegacyLink } from "./legacy-link.js";
import { waitForStream } from "./stream-wait.js";

/** Refusals that say nothing of the next time: another stream is still open, or too much was asked. */
const passing: ReadonlySet<number> = new Set([408, 409, 425, 429]);

export type SessionStream = {
  /** Whether there can be any. */
  readonly isPossible: boolean;
  /** Resolves when it is open, when there will be none, or when it is waited for no longer. */
  readonly isOpen: Promise<unknown>;
  /** Nobody hears it any more, or waits for it. */
  close(): void;
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
  const wait = waitForStream(link.instance, link.handshakeMs);
  const end = () => {
    wait.ended();
    onEnd(isRefused);
  };
  const exchange = link.listen({
    onOpen(status, framing) {
      isRefused = status < 300 ? framing !== "events" : status < 500 && !passing.has(status);
      if (status < 300 && !isRefused) wait.opened();
      else wait.ended();
    },
    onEvent(event) {
      // An event with an id alone is how some servers open their streams.
      if (event.data) wait.heard();
      onEvent(event);
    },
    onEnd: end,
    onFailure: end,
  });
  if (exchange === undefined) wait.ended();
  return {
    isPossible: exchange !== undefined,
    isOpen: wait.isOver,
    close() {
      wait.ended();
      exchange?.abort();
    },
  };
}
