import type { BudgetBook } from "@hub/core";
import type { View } from "./view.js";

type Kept = { readonly view: View; bytes: number };

/** About what a view costs at first, and for each of its servers, in bytes. */
const bytesOfView = 2_000;
const bytesOfServer = 200;

/** Views that were asked for, within a budget of bytes; the one unused for longest makes room. */
export class KeptViews {
  readonly #budgets: BudgetBook;
  /** The one used last is last. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #last: string | undefined;

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    budgets.watch("viewBytes", () => ({ used: this.#bytes }));
  }

  /** The view of a key, made when none is kept. One that is larger than all may be is served all the same. */
  of(key: string, make: (onGrowth: (bytes: number) => void) => View): View {
    const known = this.#kept.get(key);
    if (known !== undefined) {
      // A map that loses and gains an entry with every call makes itself anew, and its old form stays for long.
      if (key !== this.#last) {
        this.#kept.delete(key);
        this.#kept.set(key, known);
        this.#last = key;
      }
      return known.view;
    }
    const one: Kept = { view: make((bytes) => this.#grow(key, one, bytes)), bytes: 0 };
    this.#kept.set(key, one);
    this.#last = key;
    this.#grow(key, one, bytesOfView + key.length * 2 + one.view.servers.length * bytesOfServer);
    return one.view;
  }

  clear(): void {
    this.#kept.clear();
    this.#last = undefined;
    this.#bytes = 0;
  }

  #grow(key: string, one: Kept, bytes: number): void {
    if (this.#kept.get(key) !== one) return;
    one.bytes += bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= this.#budgets.limit("viewBytes")) return;
      this.#kept.delete(oldest);
      this.#bytes -= freed;
      this.#budgets.refused("viewBytes");
    }
  }
}
