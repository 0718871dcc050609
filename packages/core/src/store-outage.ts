import { HubError } from "./errors.js";
import type { Now } from "./health.js";

/** Since when the store cannot be used (milliseconds since 1970), and why. */
export type Outage = { readonly since: number; readonly reason: string };

/** A store that has not been tried for so long may be well again. */
const staleMs = 60_000;

/** What is known of a store that fails. It is found out by use, so a store that nobody uses is never out. */
export class StoreOutage {
  readonly #now: () => Now;
  #failed: { readonly since: number; readonly reason: string; readonly lastAt: number } | undefined;

  constructor(now: () => Now) {
    this.#now = now;
  }

  get current(): Outage | undefined {
    if (this.#failed === undefined || this.#now().hub - this.#failed.lastAt > staleMs)
      return undefined;
    const { since, reason } = this.#failed;
    return { since, reason };
  }

  worked(): void {
    this.#failed = undefined;
  }

  /** Something came of it that is no outage where the store itself does not say so. */
  failed(error: unknown): void {
    if (!HubError.is(error) || error.code !== "STORE_UNAVAILABLE") return;
    const { hub, wall } = this.#now();
    const since = this.current?.since ?? wall;
    this.#failed = { since, reason: error.message, lastAt: hub };
  }
}
