import type {
  UpstreamDialer,
  UpstreamExchange,
  UpstreamFailure,
  UpstreamReceiver,
} from "@hub/core/upstream";
import type { Pace } from "./pace.js";

/** Bytes that cost one unit to read. */
const bytesOfUnit = 100;
/** Bytes handed on at once: what they cost to whoever hears them is known before the next. */
const pieceBytes = 1_024;

/**
 * A dialer whose answers are read at a pace: while nothing is left of it the connection is not read, and
 * nothing is lost. Whoever hears may spend more of the pace for what it does.
 */
export function pacedDialer(dialer: UpstreamDialer, pace: Pace): UpstreamDialer {
  return {
    send(url, request, receiver) {
      const paced = new PacedReceiver(receiver, pace);
      paced.exchange = dialer.send(url, request, paced);
      return paced;
    },
  };
}

class PacedReceiver implements UpstreamReceiver, UpstreamExchange {
  readonly #receiver: UpstreamReceiver;
  readonly #pace: Pace;
  exchange: UpstreamExchange | undefined;
  #held: Buffer | undefined;
  /** The end of the answer, which comes after what is held. */
  #end: (() => void) | undefined;
  #resting: NodeJS.Timeout | undefined;
  #isPaused = false;
  #isHandingOn = false;
  #isOver = false;

  constructor(receiver: UpstreamReceiver, pace: Pace) {
    this.#receiver = receiver;
    this.#pace = pace;
  }

  onHead(...head: Parameters<UpstreamReceiver["onHead"]>): void {
    this.#receiver.onHead(...head);
  }

  onData(chunk: Buffer): void {
    this.#held = this.#held === undefined ? chunk : Buffer.concat([this.#held, chunk]);
    this.#handOn();
  }

  onEnd(): void {
    this.#end = () => this.#receiver.onEnd();
    this.#handOn();
  }

  onFailure(failure: UpstreamFailure): void {
    this.#end = () => this.#receiver.onFailure(failure);
    this.#handOn();
  }

  abort(): void {
    this.#isOver = true;
    this.#held = undefined;
    clearTimeout(this.#resting);
    this.exchange?.abort();
  }

  pause(): void {
    this.#isPaused = true;
    this.exchange?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#handOn();
  }

  #handOn(): void {
    // Whoever hears a piece may pause and resume meanwhile.
    if (this.#isHandingOn) return;
    this.#isHandingOn = true;
    try {
      while (this.#held !== undefined && !this.#mustWait()) {
        const piece = this.#held.subarray(0, pieceBytes);
        this.#held = this.#held.length > pieceBytes ? this.#held.subarray(pieceBytes) : undefined;
        this.#pace.spend(piece.length / bytesOfUnit);
        this.#receiver.onData(piece);
      }
    } finally {
      this.#isHandingOn = false;
    }
    if (this.#isOver || this.#held !== undefined) return;
    if (this.#end !== undefined) {
      this.#isOver = true;
      this.#end();
    } else if (!this.#isPaused) this.exchange?.resume();
  }

  #mustWait(): boolean {
    const { waitMs } = this.#pace;
    if (!this.#isPaused && waitMs === 0) return false;
    this.exchange?.pause();
    if (!this.#isPaused)
      this.#resting ??= setTimeout(() => {
        this.#resting = undefined;
        this.#handOn();
      }, waitMs).unref();
    return true;
  }
}
