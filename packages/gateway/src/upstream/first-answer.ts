import type { StreamEvent } from "../wire/event-stream.js";
import type { Headers, MessageReceiver } from "./exchange.js";
import { invalid, LinkError } from "./link-error.js";
import type { UpstreamExchange, UpstreamFailure } from "./port.js";

type FirstAnswer = {
  readonly data: string;
  readonly status: number;
  readonly headers: Headers;
};

export type Patience = {
  readonly handshakeMs: number;
  /** Ends the opening. Default: nothing does but its time. */
  readonly signal?: AbortSignal | undefined;
};

/** Calls `giveUp` when the time for a step of an opening is over, or nobody wants it any more. Returns how to stop. */
function impatient(
  { handshakeMs, signal }: Patience,
  giveUp: (failure: UpstreamFailure) => void,
): () => void {
  const late = () => {
    const detail = `it did not answer in ${handshakeMs} ms`;
    giveUp({ neverSent: false, code: "TIMEOUT", detail });
  };
  const unwanted = () =>
    giveUp({ neverSent: false, code: "ABORTED", detail: "nobody waits for it any more" });
  const timer = setTimeout(late, handshakeMs);
  // An event that has fired does not fire again.
  if (signal?.aborted === true) queueMicrotask(unwanted);
  signal?.addEventListener("abort", unwanted, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", unwanted);
  };
}

/** The first message of an answer that must come within a time. Rejects with LinkError. */
export function firstAnswer(
  start: (receiver: MessageReceiver) => UpstreamExchange,
  patience: Patience,
): Promise<FirstAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Headers = {};
    let kind: LinkError["kind"] = "broken";
    const fail = (failure: UpstreamFailure) => {
      stop();
      reject(new LinkError(failure, kind));
    };
    const stop = impatient(patience, (failure) => {
      started.abort();
      fail(failure);
    });
    const started = start({
      onOpen(given, _, received) {
        status = given;
        headers = received;
        if (given === 404 || given === 405) kind = "wrong-era";
      },
      onEvent({ data }: StreamEvent) {
        if (data === undefined) return;
        stop();
        resolve({ data, status, headers });
      },
      onEnd: () => fail(invalid(`it answered HTTP ${status} without a message`)),
      onFailure: fail,
    });
  });
}

/** Resolves when a message without an answer was taken. Rejects with LinkError. */
export function accepted(
  start: (receiver: MessageReceiver) => UpstreamExchange,
  patience: Patience,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: UpstreamFailure) => {
      stop();
      reject(new LinkError(failure));
    };
    const stop = impatient(patience, (failure) => {
      started.abort();
      fail(failure);
    });
    const started = start({
      onOpen(status) {
        stop();
        if (status >= 200 && status < 300) resolve();
        else fail(invalid(`it answered HTTP ${status} to notifications/initialized`));
      },
      onEvent: () => undefined,
      onEnd: () => undefined,
      onFailure: fail,
    });
  });
}
