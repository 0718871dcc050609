import type { BudgetBook } from "@hub/core";

export type Page<Item> = { readonly items: readonly Item[]; readonly hasMore: boolean };

/** Cuts lists into answers of at most `answerBytes`; each holds at least one item. */
export class Paging {
  readonly #budgets: BudgetBook;
  #largest = 0;

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    budgets.watch("answerBytes", () => ({ used: this.#largest }));
  }

  /** What one answer may hold. */
  get mostBytes(): number {
    return this.#budgets.limit("answerBytes");
  }

  /** As many of `items` as one answer has room for, and no more than `limit`. */
  first<Item>(items: Iterable<Item>, limit: number, bytesOf: (item: Item) => number): Page<Item> {
    const page: Item[] = [];
    let bytes = 0;
    for (const item of items) {
      if (page.length === limit) return this.#made(page, bytes, true);
      const more = bytesOf(item);
      if (page.length > 0 && bytes + more > this.mostBytes) {
        this.#budgets.refused("answerBytes");
        return this.#made(page, bytes, true);
      }
      page.push(item);
      bytes += more;
    }
    return this.#made(page, bytes, false);
  }

  #made<Item>(items: readonly Item[], bytes: number, hasMore: boolean): Page<Item> {
    this.#largest = Math.max(this.#largest, bytes);
    return { items, hasMore };
  }
}
