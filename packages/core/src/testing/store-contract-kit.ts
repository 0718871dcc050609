import type { BudgetBook } from "../budget-book.js";
import type { BudgetName } from "../budgets.js";
import type { RegistryStore, StoreWrite } from "../store.js";

/** What the tests of the contract share. */
export type StoreContract = {
  /** A new, empty store; closed when the test ends. Default: the table's budgets. */
  readonly open: (budgets?: BudgetBook) => Promise<RegistryStore>;
  readonly reopen: (store: RegistryStore) => Promise<RegistryStore>;
  /** `test` for what needs `reopen`. */
  readonly testReopened: (title: string, run: () => Promise<void>) => void;
};

/** Commits what must succeed and returns its journal numbers. */
export async function committed(
  store: RegistryStore,
  storeWrite: StoreWrite,
): Promise<readonly number[]> {
  const result = await store.commit(storeWrite);
  if (!result.ok) throw new Error(`Conflict: ${[...result.fresh.keys()].join(", ")}`);
  return result.seqs;
}

/** What is in use of a budget. */
export const useOf = (budgets: BudgetBook, name: BudgetName) =>
  budgets.report().find((row) => row.name === name)?.used;
