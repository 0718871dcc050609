import {
  type AuditQuery,
  type AuditRecord,
  type AuditRow,
  type AuditStore,
  fitsAudit,
  isOfCalls,
} from "./audit.js";
import { BudgetBook } from "./budget-book.js";
import { jsonBytes } from "./history.js";

/** An audit that lives as long as the object: for tests, and for hubs that may forget. */
export class MemoryAuditStore implements AuditStore {
  readonly #budgets: BudgetBook;
  #rows: AuditRow[] = [];
  readonly #bytes = { auditBytes: 0, auditCallBytes: 0 };
  #lastSeq = 0;

  /** Default: the table's budgets. */
  constructor(budgets: BudgetBook = new BudgetBook()) {
    this.#budgets = budgets;
    budgets.watch("auditBytes", () => ({ used: this.#bytes.auditBytes }));
    budgets.watch("auditCallBytes", () => ({ used: this.#bytes.auditCallBytes }));
  }

  async append(records: readonly AuditRecord[]): Promise<void> {
    this.take(records);
  }

  async appendCalls(records: readonly AuditRecord[]): Promise<void> {
    this.take(records);
  }

  /** What `append` does, for a write that holds other things too. */
  take(records: readonly AuditRecord[]): void {
    for (const record of records) {
      this.#lastSeq += 1;
      const row = { ...structuredClone(record), seq: this.#lastSeq };
      this.#rows.push(row);
      this.#bytes[budgetOf(row)] += jsonBytes(row);
    }
    for (const name of ["auditBytes", "auditCallBytes"] as const) {
      if (this.#bytes[name] <= this.#budgets.limit(name)) continue;
      this.#budgets.refused(name);
      this.#drop((row) => budgetOf(row) === name && this.#bytes[name] > this.#budgets.limit(name));
    }
  }

  async page(query: AuditQuery): Promise<readonly AuditRow[]> {
    const { before = Number.POSITIVE_INFINITY } = query;
    const found = this.#rows.filter((row) => row.seq < before && fitsAudit(row, query)).reverse();
    return structuredClone(found.slice(0, query.limit));
  }

  async trim(before: number): Promise<void> {
    this.#drop(({ at }) => at < before);
  }

  /** The newest stays, so that the numbers go on from it. */
  #drop(isDropped: (row: AuditRow) => boolean): void {
    this.#rows = this.#rows.filter((row) => {
      if (row.seq === this.#lastSeq || !isDropped(row)) return true;
      this.#bytes[budgetOf(row)] -= jsonBytes(row);
      return false;
    });
  }
}

const budgetOf = (row: AuditRow) => (isOfCalls(row) ? "auditCallBytes" : "auditBytes");
