import type { Writable } from "node:stream";
import type { Log } from "../log.js";

export interface ShownOutputOptions {
  /** Where people read it, such as stderr. */
  readonly to: Writable;
  /** Stands before each line. */
  readonly prefix: string;
  readonly log: Log;
  /** In milliseconds. */
  readonly now: () => number;
  /** Hears each line, also those that are left out. Default: nobody. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** How much is shown in a second, in bytes. Default: 256 KiB. */
  readonly mostBytes?: number;
}

const secondMs = 1_000;
/** What of a child waits for whoever reads `to`, in bytes. */
const mostWaitingBytes = 256 * 1024;

/**
 * What the processes of a command print for people, line by line, all of them together within so many
 * bytes a second. What is beyond is left out, counted and told of. Nothing grows when nobody reads.
 */
export class ShownOutput {
  readonly #options: ShownOutputOptions;
  readonly #mostBytes: number;
  readonly #waiting = new Set<() => void>();
  #secondEnds = 0;
  #bytesLeft = 0;
  #leftOut = { lines: 0, bytes: 0 };

  constructor(options: ShownOutputOptions) {
    this.#options = options;
    this.#mostBytes = options.mostBytes ?? 256 * 1024;
    options.to.on("drain", this.#onDrain);
  }

  /** Nothing is shown any more, so `to`, which may live longer, need not know of this. */
  close(): void {
    this.#options.to.off("drain", this.#onDrain);
    this.#onDrain();
  }

  readonly #onDrain = () => {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  };

  /** Whether a source that can wait should not be read on now. */
  get isFull(): boolean {
    return this.#options.to.writableNeedDrain;
  }

  /** Calls back once there is room again. Returns the way out. */
  whenDrained(resume: () => void): () => void {
    this.#waiting.add(resume);
    return () => void this.#waiting.delete(resume);
  }

  show(line: string): void {
    const { to, prefix, onLine } = this.#options;
    onLine?.(line);
    this.tell();
    const text = `${prefix} ${line}\n`;
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#bytesLeft || to.writableLength > mostWaitingBytes) {
      this.#leftOut.lines += 1;
      this.#leftOut.bytes += bytes;
    } else {
      this.#bytesLeft -= bytes;
      to.write(text);
    }
  }

  /** Says what was left out, at most once a second. Called also while nothing is printed. */
  tell(): void {
    const { to, now, log } = this.#options;
    const time = now();
    if (time < this.#secondEnds) return;
    this.#secondEnds = time + secondMs;
    this.#bytesLeft = this.#mostBytes;
    const { lines, bytes } = this.#leftOut;
    if (lines === 0 || to.writableLength > mostWaitingBytes) return;
    this.#leftOut = { lines: 0, bytes: 0 };
    const message = `left out ${lines} lines (${bytes} bytes) of what the server printed: more than ${this.#mostBytes} bytes in a second, or faster than it is read here`;
    log({ level: "warn", message });
  }
}
