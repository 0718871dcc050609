import { randomInt } from "node:crypto";
import { type BudgetBook, HubError } from "@hub/core";
import { peerOf, RateLimit, settingOf } from "@hub/core/limits";

const mostRemembered = 10_000;
/** The end of a credential is its secret or its signature. */
const partRead = 43;

/**
 * Slows down who tries credentials: an address that sent too many wrong ones has to wait before another one of
 * its is looked at. Those that were accepted lately are looked at all the same, so that others behind the same
 * proxy go on.
 */
export class Guesses {
  readonly #budgets: BudgetBook;
  readonly #failed: RateLimit;
  readonly #accepted = new Set<number>();
  readonly #salt = randomInt(2 ** 32);

  constructor(budgets: BudgetBook, now: () => number) {
    this.#budgets = budgets;
    this.#failed = new RateLimit({ perMinute: budgets.limit("wrongCredentials"), now });
    budgets.watch("wrongCredentials", () => this.#failed.largest);
  }

  /** Why a credential is not looked at now; undefined when it is. */
  refusal(address: string | undefined, credential: string): HubError | undefined {
    const retryAfterMs = this.#failed.waitMs(peerOf(address));
    if (retryAfterMs === 0 || this.#accepted.has(this.#mark(credential))) return undefined;
    this.#budgets.refused("wrongCredentials");
    return new HubError(
      "TOO_MANY_REQUESTS",
      `This address sent too many credentials that are not valid (${settingOf("wrongCredentials")}). Try again later.`,
      { retryAfterMs },
    );
  }

  failed(address: string | undefined): void {
    this.#failed.take(peerOf(address));
  }

  accepted(credential: string): void {
    const mark = this.#mark(credential);
    if (this.#accepted.has(mark)) return;
    const [oldest] = this.#accepted;
    if (this.#accepted.size >= mostRemembered && oldest !== undefined)
      this.#accepted.delete(oldest);
    this.#accepted.add(mark);
  }

  /** A few bits of a credential, mixed with a secret. Whoever met one by chance would only be looked at. */
  #mark(credential: string): number {
    let mark = this.#salt;
    for (let at = Math.max(0, credential.length - partRead); at < credential.length; at += 1)
      mark = Math.imul(mark ^ credential.charCodeAt(at), 0x01000193);
    return mark;
  }
}
