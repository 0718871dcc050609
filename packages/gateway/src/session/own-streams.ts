import type { StreamEvent } from "@hub/mcp";
import type { LegacyLink } from "../upstream/legacy-link.js";
import { openSessionStream, type SessionStream } from "../upstream/session-stream.js";

/** A stream that lasts no longer than this ended at once. */
const leastStreamMs = 1_000;
/** A server whose streams ended at once so many times in a row is not asked for one with every call. */
const mostShort = 2;

/**
 * The streams on which the servers of one client speak outside of calls, open while the client itself
 * listens. One that ends is opened again, unless its server refuses to have one.
 */
export class OwnStreams {
  readonly #open = new Map<LegacyLink, SessionStream>();
  /** Those of them that are not open yet, and are waited for. */
  readonly #opening = new Set<LegacyLink>();
  /** Servers whose stream ended. */
  readonly #ended = new Set<LegacyLink>();
  /** How many streams of a server in a row ended at once. */
  readonly #short = new WeakMap<LegacyLink, number>();
  readonly #onEvent: (link: LegacyLink, event: StreamEvent) => void;
  readonly #now: () => number;

  /** `now`: hub time. */
  constructor(onEvent: (link: LegacyLink, event: StreamEvent) => void, now: () => number) {
    this.#onEvent = onEvent;
    this.#now = now;
  }

  /** Resolves when the server can be heard, or will not be. */
  open(link: LegacyLink): Promise<unknown> {
    const known = this.#open.get(link);
    if (known !== undefined) return known.isOpen;
    this.#ended.delete(link);
    const openedAt = this.#now();
    const stream = openSessionStream(
      link,
      (event) => this.#onEvent(link, event),
      (isRefused) => {
        // Another one may have been opened after this one was closed.
        if (this.#open.get(link) !== stream) return;
        this.#open.delete(link);
        this.#opening.delete(link);
        const isShort = this.#now() - openedAt < leastStreamMs;
        this.#short.set(link, isShort ? (this.#short.get(link) ?? 0) + 1 : 0);
        if (!isRefused) this.#ended.add(link);
      },
    );
    if (!stream.isPossible) return stream.isOpen;
    this.#open.set(link, stream);
    this.#opening.add(link);
    return stream.isOpen.then(() => {
      if (this.#open.get(link) === stream) this.#opening.delete(link);
    });
  }

  /** Whether a call must wait until its server's stream is open. One that ends at once is left to `openAgain`. */
  mustOpen(link: LegacyLink): boolean {
    const short = this.#short.get(link);
    // Not each time for one that sends no headers until it has something to say.
    if (this.#opening.has(link)) return short === undefined || link.instance.opensStreams;
    return this.#ended.has(link) && (short ?? 0) < mostShort;
  }

  /** Opens those that ended. */
  openAgain(): void {
    for (const link of [...this.#ended]) void this.open(link);
  }

  /** Nobody hears what this server would say. */
  close(link: LegacyLink): void {
    this.#ended.delete(link);
    const stream = this.#open.get(link);
    this.#open.delete(link);
    this.#opening.delete(link);
    stream?.close();
  }

  closeAll(): void {
    this.#ended.clear();
    for (const link of [...this.#open.keys()]) this.close(link);
  }
}
