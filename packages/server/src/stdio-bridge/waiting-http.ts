import type { IncomingMessage } from "node:http";
import { type HubHttp, type HubRequest, NotReached } from "./hub-http.js";
import { pause } from "./pause.js";

/** How often a hub that is away is tried: at first soon, then once a second. In milliseconds. */
const firstPauseMs = 100;
const mostPauseMs = 1_000;

const postHeaders = {
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
};

type Headers = Readonly<Record<string, string>>;

/** How far a request has come, and whether it is still wanted. */
export type Progress = {
  /** When the client sent it, by `performance.now()`. Its time runs also while it waits for its turn. */
  readonly since: number;
  /** It went out, or may have, and the hub was reached. */
  isSent: boolean;
  /** Nobody waits for its answer any more. */
  readonly isCancelled: boolean;
};

export function progressSince(since: number): Progress {
  return { since, isSent: false, isCancelled: false };
}

export type WaitingHttpOptions = {
  readonly http: HubHttp;
  /** How long a request waits for a hub that is not reached, in milliseconds. */
  readonly waitMs: number;
  /** Hears once that the hub is away, and once that it is back. */
  note(text: string): void;
};

/**
 * Requests that wait for a hub that is away. One that went out is never sent again, unless it does no harm
 * twice and met a connection that was closed while it was idle.
 */
export class WaitingHttp {
  readonly #options: WaitingHttpOptions;
  #isAway = false;

  constructor(options: WaitingHttpOptions) {
    this.#options = options;
  }

  /** `progress` is kept up to date, and asked before each new attempt. Default: it begins now. */
  post(
    body: string,
    headers: Headers,
    isRepeatable: boolean,
    signal: AbortSignal,
    progress = progressSince(performance.now()),
  ): Promise<IncomingMessage> {
    const all = { ...postHeaders, ...headers };
    const request = { method: "POST", headers: all, body, isRepeatable, signal } as const;
    return this.#send(request, progress);
  }

  get(headers: Headers, signal: AbortSignal): Promise<IncomingMessage> {
    const all = { accept: "text/event-stream", ...headers };
    return this.#send(
      { method: "GET", headers: all, isRepeatable: true, signal },
      progressSince(performance.now()),
    );
  }

  /** Rejects with `NotReached` when the time is over, and with `ConnectionLost`. */
  async #send(request: HubRequest, progress: Progress): Promise<IncomingMessage> {
    const { http, waitMs, note } = this.#options;
    const onSent = () => {
      progress.isSent = true;
    };
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(mostPauseMs, 2 * pauseMs)) {
      try {
        const answer = await http.send({ ...request, onSent });
        if (this.#isAway) note(`the hub at ${http.url.href} is reached again`);
        this.#isAway = false;
        return answer;
      } catch (error) {
        const isOver = performance.now() - progress.since + pauseMs > waitMs;
        if (!(error instanceof NotReached) || isOver || request.signal.aborted) throw error;
        progress.isSent = false;
        if (progress.isCancelled) throw error;
        if (!this.#isAway)
          note(`the hub at ${http.url.href} is not reached (${error.message}); trying again`);
        this.#isAway = true;
        await pause(pauseMs, request.signal);
      }
    }
  }
}
