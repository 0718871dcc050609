import { type BudgetBook, HubError } from "@hub/core";
import { peerOf, RateLimit, settingOf } from "@hub/core/limits";

/**
 * Counts the credentials of each address that are not valid. Beyond a number in a minute, the answer to the next one
 * is to wait. One that is valid is always accepted, since to look at it costs no more than to refuse it: so nobody
 * keeps others out who are behind the same proxy.
 */
export class Guesses {
  readonly #budgets: BudgetBook;
  readonly #failed: RateLimit;

  constructor(budgets: BudgetBook, now: () => number) {
    this.#budgets = budgets;
    this.#failed = new RateLimit({ perMinute: budgets.limit("wrongCredentials"), now });
    budgets.watch("wrongCredentials", () => this.#failed.largest);
  }

  /** Takes note of one that is not valid. Returns why its sender has to wait; undefined while it need not. */
  failed(address: string | undefined): HubError | undefined {
    const retryAfterMs = this.#failed.take(peerOf(address));
    if (retryAfterMs === 0) return undefined;
    this.#budgets.refused("wrongCredentials");
    return new HubError(
      "TOO_MANY_REQUESTS",
      `This address sent too many credentials that are not valid (${settingOf("wrongCredentials")}). Try again later.`,
      { retryAfterMs },
    );
  }
}
