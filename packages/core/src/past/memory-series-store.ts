import { BudgetBook } from "../budget-book.js";
import { jsonBytes } from "../history.js";
import {
  type SeriesKey,
  type SeriesKind,
  type SeriesQuery,
  type SeriesRow,
  type SeriesStore,
  seriesBudgets,
  seriesKeyBytes,
  seriesKinds,
} from "./series-store.js";

const idOf = ({ kind, serverId, item, at }: SeriesKey) =>
  JSON.stringify([kind, serverId, item, at]);
const bytesOf = ({ value }: SeriesRow) => jsonBytes(value) + seriesKeyBytes;
const byTime = (one: SeriesRow, other: SeriesRow) => one.at - other.at;

/** Series that live as long as the object: for tests, and for hubs that may forget. */
export class MemorySeriesStore implements SeriesStore {
  readonly #budgets: BudgetBook;
  readonly #rows = new Map<string, SeriesRow>();
  readonly #bytes: Record<SeriesKind, number> = { minute: 0, hour: 0, "item-hour": 0, status: 0 };

  /** Default: the table's budgets. */
  constructor(budgets: BudgetBook = new BudgetBook()) {
    this.#budgets = budgets;
    for (const kind of seriesKinds)
      budgets.watch(seriesBudgets[kind], () => ({ used: this.#bytes[kind] }));
  }

  async put(rows: readonly SeriesRow[]): Promise<void> {
    for (const row of structuredClone(rows)) {
      this.#drop(row);
      this.#rows.set(idOf(row), row);
      this.#bytes[row.kind] += bytesOf(row);
    }
    for (const kind of new Set(rows.map((row) => row.kind))) this.#bound(kind);
  }

  async get(keys: readonly SeriesKey[]): Promise<readonly SeriesRow[]> {
    return structuredClone(keys.flatMap((key) => this.#rows.get(idOf(key)) ?? []));
  }

  async range({ kind, serverId, from, until }: SeriesQuery): Promise<readonly SeriesRow[]> {
    const rows = this.#all(
      (row) =>
        row.kind === kind &&
        row.serverId === serverId &&
        row.at >= (from ?? Number.NEGATIVE_INFINITY) &&
        row.at < (until ?? Number.POSITIVE_INFINITY),
    );
    return structuredClone(rows);
  }

  async remove(keys: readonly SeriesKey[]): Promise<void> {
    for (const key of keys) this.#drop(key);
  }

  async forget(serverId: string): Promise<void> {
    for (const row of this.#all((one) => one.serverId === serverId)) this.#drop(row);
  }

  async trim(kind: SeriesKind, before: number): Promise<void> {
    for (const row of this.#all((one) => one.kind === kind && one.at < before)) this.#drop(row);
  }

  async cut(kind: SeriesKind, from: number): Promise<void> {
    for (const row of this.#all((one) => one.kind === kind && one.at >= from)) this.#drop(row);
  }

  #all(isWanted: (row: SeriesRow) => boolean): SeriesRow[] {
    return [...this.#rows.values()].filter(isWanted).sort(byTime);
  }

  #drop(key: SeriesKey): void {
    const id = idOf(key);
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.#bytes[row.kind] -= bytesOf(row);
  }

  #bound(kind: SeriesKind): void {
    const limit = this.#budgets.limit(seriesBudgets[kind]);
    if (this.#bytes[kind] <= limit) return;
    this.#budgets.refused(seriesBudgets[kind]);
    for (const row of this.#all((one) => one.kind === kind)) {
      if (this.#bytes[kind] <= limit) return;
      this.#drop(row);
    }
  }
}
