import type { HubHttp } from "./hub-http.js";
import { pause } from "./pause.js";
import { isEventStream, readEvents, type StreamPosition } from "./read-answer.js";
import type { BridgeSession } from "./session.js";

/** How long to wait before the stream is opened again, where the hub does not say. In milliseconds. */
const firstPauseMs = 500;
const mostPauseMs = 15_000;

export type ListenOptions = {
  readonly http: HubHttp;
  readonly session: BridgeSession;
  readonly signal: AbortSignal;
  /** Takes one message of the hub. */
  take(data: string): Promise<void>;
  /** The hub does not know the session any more. */
  onLost(): void;
};

/**
 * Keeps the stream open on which a hub of the 2025 revisions sends what belongs to no request. It is opened
 * again when it ends, from where it was. A hub that has no such stream is not asked again.
 */
export async function keepListening(options: ListenOptions): Promise<void> {
  const { http, session, signal, take, onLost } = options;
  const position: StreamPosition = { lastEventId: undefined, retryMs: undefined };
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    try {
      const { lastEventId } = position;
      const answer = await http.send({
        method: "GET",
        headers: {
          accept: "text/event-stream",
          ...session.headers,
          ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
        },
        isRepeatable: true,
        signal,
      });
      const { statusCode = 0 } = answer;
      if (statusCode === 200 && isEventStream(answer)) {
        pauseMs = firstPauseMs;
        await readEvents(answer, position, take);
      } else {
        answer.resume();
        if (statusCode === 404 && session.id !== undefined) return onLost();
        if (statusCode < 500 && statusCode !== 429) return;
      }
    } catch {
      // The requests of the client tell what is wrong with the hub.
    }
    await pause(position.retryMs ?? pauseMs, signal);
    pauseMs = Math.min(mostPauseMs, 2 * pauseMs);
  }
}
