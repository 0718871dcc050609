import type { LegacyLink } from "../upstream/legacy-link.js";
import type { UpstreamExchange } from "../upstream/port.js";
import type { StreamEvent } from "../wire/event-stream.js";

/** Some servers send no headers before the first event; a call cannot wait for that. */
const mostWaitMs = 500;

/**
 * Opens the stream of a session for what the server says outside of a call. Many servers ask and log there
 * even in the middle of one, and what they say while nobody listens is lost: resolves when the stream is
 * open, or when there will be none.
 */
export async function openSessionStream(
  link: LegacyLink,
  onEvent: (event: StreamEvent) => void,
): Promise<UpstreamExchange | undefined> {
  let stream: UpstreamExchange | undefined;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, mostWaitMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    stream = link.listen({ onOpen: done, onEvent, onEnd: done, onFailure: done });
    if (stream === undefined) done();
  });
  return stream;
}
