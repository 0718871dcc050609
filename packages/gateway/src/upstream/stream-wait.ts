import type { UpstreamInstance } from "./instances.js";

/** One that sends no headers before its first event must not keep calls for ever. */
const mostUnprovenMs = 2_000;
/** Headers that wait for the first event come with it, or shortly before: a network may cut what was sent as one. */
const leastSilenceMs = 100;

/** Waits for a stream of a server's to open. */
export type StreamWait = {
  /** Resolves with true when it is open, or there will be none; with false when it is waited for no longer. */
  readonly isOver: Promise<boolean>;
  /** The server has sent the headers of its stream. */
  readonly opened: () => void;
  /** The server has said something on it. */
  readonly heard: () => void;
  /** There will be none, or it is over. */
  readonly ended: () => void;
};

/**
 * What a server says while its stream is not open yet is lost. One that has opened one before it had anything to say
 * does so each time, and has as long as for a handshake: it may be busy. Of any other, nobody knows whether it will,
 * nor of one that did not in all that time.
 */
export function waitForStream(instance: UpstreamInstance, handshakeMs: number): StreamWait {
  let settle = (_isOver: boolean) => {};
  const isOver = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const ranOut = () => {
    instance.opensStreams = false;
    settle(false);
  };
  let hasHeard = false;
  let timer = setTimeout(() => {
    if (instance.opensStreams) timer = setTimeout(ranOut, handshakeMs - mostUnprovenMs);
    else settle(false);
  }, mostUnprovenMs);
  const ended = () => {
    clearTimeout(timer);
    settle(true);
  };
  return {
    isOver,
    opened() {
      ended();
      if (hasHeard) return;
      timer = setTimeout(() => {
        instance.opensStreams = true;
      }, leastSilenceMs);
    },
    heard() {
      hasHeard = true;
      ended();
    },
    ended,
  };
}
