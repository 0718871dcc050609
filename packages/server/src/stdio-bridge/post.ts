import type { IncomingMessage } from "node:http";
import { type HubHttp, type HubRequest, NotReached } from "./hub-http.js";

/** How often a hub that is away is tried: at first soon, then once a second. In milliseconds. */
const firstPauseMs = 100;
const mostPauseMs = 1_000;

/** Resolves after a time, or at once when the signal is aborted. */
export function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, timeMs);
    signal.addEventListener("abort", end, { once: true });
  });
}

/**
 * Sends a request, and again while the hub is not reached, for at most `waitMs`. A request that went out is
 * never sent again. `onAway` hears of the first failure.
 */
export async function sendWhenReached(
  http: HubHttp,
  request: HubRequest,
  waitMs: number,
  onAway: (reason: string) => void,
): Promise<IncomingMessage> {
  const begin = performance.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(mostPauseMs, 2 * pauseMs)) {
    try {
      return await http.send(request);
    } catch (error) {
      const isOver = performance.now() - begin + pauseMs > waitMs;
      if (!(error instanceof NotReached) || isOver || request.signal.aborted) throw error;
      onAway(error.message);
      await pause(pauseMs, request.signal);
    }
  }
}
