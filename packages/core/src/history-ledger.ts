import type { BudgetBook, BudgetUse } from "./budget-book.js";
import type { HistoryQuery } from "./store.js";

/** One step of a history: where it stands in the journal, and what it takes. */
export type LedgerRow = { readonly serverId: string; readonly seq: number; readonly bytes: number };

type HistoryBudget = "historyBytes" | "historyItems" | "allHistoryBytes";
type Step = Omit<LedgerRow, "serverId">;
type History = { readonly steps: readonly Step[]; readonly bytes: number };

/** What must go before a step can be kept. */
export type LedgerPlan = {
  /** The journal numbers of the steps that must go, so that all budgets are kept. */
  readonly dropped: readonly number[];
  /** Takes the write over, when it is durable. */
  readonly apply: () => void;
};

/**
 * What the histories of all servers take, and which steps go for new ones. A server over its own budget
 * loses its oldest steps; while all together are over theirs, the one that takes most does.
 */
export class HistoryLedger {
  readonly #budgets: BudgetBook;
  readonly #watches: readonly (() => void)[];
  #histories = new Map<string, History>();
  #bytes = 0;

  /** `rows` are what the store has, in order of their numbers. */
  constructor(budgets: BudgetBook, rows: readonly LedgerRow[] = []) {
    this.#budgets = budgets;
    const lists = new Map<string, Step[]>();
    for (const { serverId, seq, bytes } of rows) {
      const steps = lists.get(serverId) ?? [];
      lists.set(serverId, steps);
      steps.push({ seq, bytes });
      this.#bytes += bytes;
    }
    for (const [serverId, steps] of lists)
      this.#histories.set(serverId, { steps, bytes: sum(steps) });
    this.#watches = [
      budgets.watch("allHistoryBytes", () => ({ used: this.#bytes })),
      budgets.watch("historyBytes", () => this.#most(({ bytes }) => bytes)),
      budgets.watch("historyItems", () => this.#most(({ steps }) => steps.length)),
    ];
  }

  /** Another ledger counts from now on. */
  close(): void {
    for (const stop of this.#watches) stop();
  }

  /** What a write would do that removes the histories of some servers and then adds steps. */
  plan(removed: readonly string[], added: readonly LedgerRow[]): LedgerPlan {
    const histories = new Map(this.#histories);
    for (const id of removed) histories.delete(id);
    const dropped: number[] = [];
    const reasons: HistoryBudget[] = [];
    const dropOldest = (serverId: string, name: HistoryBudget) => {
      const { steps, bytes } = histories.get(serverId) ?? { steps: [], bytes: 0 };
      const [oldest, ...rest] = steps;
      if (oldest === undefined) return;
      dropped.push(oldest.seq);
      reasons.push(name);
      if (rest.length === 0) histories.delete(serverId);
      else histories.set(serverId, { steps: rest, bytes: bytes - oldest.bytes });
    };
    for (const { serverId, seq, bytes } of added) {
      const known = histories.get(serverId) ?? { steps: [], bytes: 0 };
      histories.set(serverId, {
        steps: [...known.steps, { seq, bytes }],
        bytes: known.bytes + bytes,
      });
    }
    for (const serverId of [...histories.keys()]) {
      const of = () => histories.get(serverId) ?? { steps: [], bytes: 0 };
      while (of().bytes > this.#budgets.limit("historyBytes")) dropOldest(serverId, "historyBytes");
      while (of().steps.length > this.#budgets.limit("historyItems"))
        dropOldest(serverId, "historyItems");
    }
    let total = 0;
    for (const { bytes } of histories.values()) total += bytes;
    while (total > this.#budgets.limit("allHistoryBytes")) {
      const [serverId, history] = largestOf(histories);
      total -= history.steps[0]?.bytes ?? 0;
      dropOldest(serverId, "allHistoryBytes");
    }
    const apply = () => {
      this.#histories = histories;
      this.#bytes = total;
      for (const name of reasons) this.#budgets.refused(name);
    };
    return { dropped, apply };
  }

  /** What goes when all steps before a number do; without one, every step. */
  planTrim(firstKept = Number.POSITIVE_INFINITY): LedgerPlan {
    const histories = new Map<string, History>();
    const dropped: number[] = [];
    for (const [serverId, { steps }] of this.#histories) {
      const kept = steps.filter(({ seq }) => seq >= firstKept);
      for (const { seq } of steps) if (seq < firstKept) dropped.push(seq);
      if (kept.length > 0) histories.set(serverId, { steps: kept, bytes: sum(kept) });
    }
    const apply = () => {
      this.#histories = histories;
      this.#bytes = 0;
      for (const { bytes } of histories.values()) this.#bytes += bytes;
    };
    return { dropped, apply };
  }

  /** The newest steps of a server from before a number: as many as fit, and at least one. */
  page(
    serverId: string,
    query: HistoryQuery,
  ): { readonly seqs: readonly number[]; readonly hasMore: boolean } {
    const {
      before = Number.POSITIVE_INFINITY,
      limit,
      mostBytes = Number.POSITIVE_INFINITY,
    } = query;
    const seqs: number[] = [];
    let left = mostBytes;
    const steps = this.#histories.get(serverId)?.steps ?? [];
    for (let index = steps.length - 1; index >= 0; index -= 1) {
      const step = steps[index];
      if (step === undefined || step.seq >= before) continue;
      if (seqs.length === limit || (seqs.length > 0 && step.bytes > left))
        return { seqs, hasMore: true };
      seqs.push(step.seq);
      left -= step.bytes;
    }
    return { seqs, hasMore: false };
  }

  #most(amount: (history: History) => number): BudgetUse {
    let most: BudgetUse = { used: 0 };
    for (const [by, history] of this.#histories)
      if (amount(history) > most.used) most = { used: amount(history), by };
    return most;
  }
}

const sum = (steps: readonly Step[]) => steps.reduce((total, { bytes }) => total + bytes, 0);

function largestOf(histories: ReadonlyMap<string, History>): readonly [string, History] {
  let largest: readonly [string, History] = ["", { steps: [], bytes: -1 }];
  for (const one of histories) if (one[1].bytes > largest[1].bytes) largest = one;
  return largest;
}
