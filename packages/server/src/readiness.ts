import { HubError, type HubStore } from "@hub/core";
import type { Hubs } from "./hubs/hubs.js";

/** Said of a hub that clients reach, and that does not reach the database of all hubs. */
export const cutOffText =
  "This hub is cut off from the database that it shares with other hubs, so it does not know what they store.";

/** So long one look at the store counts for whoever asks, in milliseconds: everybody may ask, and a look is a write. */
const lookCountsMs = 1_000;

/** Whether the hub can do its work. */
export class Readiness {
  readonly #store: Pick<HubStore, "assertWritable">;
  readonly #now: () => number;
  readonly #hubs: Pick<Hubs, "cutOffSince"> | undefined;
  #isIndexed = false;
  #look: { readonly at: number; readonly result: Promise<void> } | undefined;

  /** `now`: steady milliseconds. `hubs`: this one among others, where there may be any. */
  constructor(
    store: Pick<HubStore, "assertWritable">,
    now: () => number,
    hubs?: Pick<Hubs, "cutOffSince">,
  ) {
    this.#store = store;
    this.#now = now;
    this.#hubs = hubs;
  }

  /** The tools of all servers can be searched. */
  indexed(): void {
    this.#isIndexed = true;
  }

  /** Rejects with STARTING or STORE_UNAVAILABLE when it cannot. */
  async check(): Promise<void> {
    if (!this.#isIndexed)
      throw new HubError("STARTING", "The hub is reading the tools of its servers.", {
        retryAfterMs: 1_000,
      });
    if (this.#hubs?.cutOffSince !== undefined)
      throw new HubError("STORE_UNAVAILABLE", cutOffText, { retryAfterMs: 1_000 });
    const at = this.#now();
    if (this.#look === undefined || at - this.#look.at >= lookCountsMs) {
      const result = this.#store.assertWritable();
      // Whoever asks hears of it.
      result.catch(() => {});
      this.#look = { at, result };
    }
    await this.#look.result;
  }
}
