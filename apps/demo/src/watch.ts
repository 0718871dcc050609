import { setTimeout as sleep } from "node:timers/promises";
import { HubClient, HubClientError, type ServerDetail } from "@hub/client";

/** One event of the hub's journal, as far as the story looks at it. */
export interface JournalEvent {
  readonly seq: number;
  readonly kind: string;
  readonly serverId: string;
  readonly name: string;
  readonly to?: string;
  readonly reason?: string;
}

const pollMs = 150;
/** Far more than anything takes here; a busy machine is no failure. */
const deadlineMs = 20_000;

/** What the hub says over its REST API, waited for with a deadline. */
export class Watch {
  readonly hub: HubClient;
  readonly #signal: AbortSignal;

  constructor(url: string, signal: AbortSignal) {
    this.hub = new HubClient({ url, token: "" });
    this.#signal = signal;
  }

  /**
   * Asks again and again until `look` finds something.
   * @throws Error that says what was awaited when the deadline passes; the signal's reason when it aborts.
   */
  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const end = performance.now() + deadlineMs;
    let lastFailure = "";
    while (performance.now() < end) {
      this.#signal.throwIfAborted();
      try {
        const found = await look();
        if (found !== undefined) return found;
        lastFailure = "";
      } catch (error) {
        // A hub that is away for a moment is part of the story.
        if (!HubClientError.is(error)) throw error;
        lastFailure = ` (${error.detail})`;
      }
      await sleep(pollMs, undefined, { signal: this.#signal }).catch(() => {});
    }
    this.#signal.throwIfAborted();
    throw new Error(`Expected ${what} within ${deadlineMs / 1_000} s${lastFailure}.`);
  }

  /** The servers with these ids, once each of them is up and its tools are known. */
  async allUp(ids: readonly string[]): Promise<readonly ServerDetail[]> {
    return this.until(`${ids.join(", ")} to be up`, async () => {
      const servers = await Promise.all(ids.map((id) => this.hub.server(id)));
      const isReady = servers.every(
        ({ status, capabilities }) => status === "up" && capabilities !== null,
      );
      return isReady ? servers : undefined;
    });
  }

  /** The first event after `seq` that is wanted. */
  async event(
    what: string,
    after: number,
    isWanted: (event: JournalEvent) => boolean,
  ): Promise<JournalEvent> {
    return this.until(what, async () => (await this.events(after)).find(isWanted));
  }

  /** What happened after `seq`, oldest first. */
  async events(after: number): Promise<readonly JournalEvent[]> {
    const response = await fetch(`${this.hub.url}/events?limit=500`, {
      headers: { accept: "application/json" },
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(5_000)]),
    });
    const { events } = (await response.json()) as { events: readonly JournalEvent[] }; // the hub's contract
    return events.filter(({ seq }) => seq > after).reverse();
  }

  /** The number of the newest event. */
  async now(): Promise<number> {
    return (await this.events(0)).at(-1)?.seq ?? 0;
  }
}
