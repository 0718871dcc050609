import type { BudgetBook } from "@hub/core";
import type { Statements } from "./statements.js";

/** Trimming waits for the disk; in steps of this size other work goes on in between. */
const trimStep = 500;

/** How much room the journal takes, and what has to go for it to keep within `journalBytes`. */
export class JournalRoom {
  readonly #statements: Statements;
  readonly #budgets: BudgetBook;
  #lastSeq: number;
  #bytes: number;

  /** `isOpen`: whether the file can still be asked. */
  constructor(statements: Statements, budgets: BudgetBook, isOpen: () => boolean) {
    this.#statements = statements;
    this.#budgets = budgets;
    this.#lastSeq = statements.newestSeq.all([])[0]?.seq ?? 0;
    this.#bytes = statements.journalBytes.all([])[0]?.bytes ?? 0;
    budgets.watch("journalItems", () => ({ used: isOpen() ? this.#items() : 0 }));
    budgets.watch("journalBytes", () => ({ used: this.#bytes }));
  }

  /** The number of the newest event. Numbers are given out without gaps. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /**
   * Inside a transaction that wrote `count` events of so many `bytes`: drops the oldest until the journal keeps
   * within its budget. Returns what to do when that is durable.
   */
  grow(count: number, bytes: number): () => void {
    const before = this.#bytes + bytes;
    const newest = this.#lastSeq + count;
    const left = this.#dropOldest(before, newest);
    return () => {
      this.#lastSeq = newest;
      this.#bytes = left;
      if (left < before) this.#budgets.refused("journalBytes");
    };
  }

  /** The number up to which events go when only the newest `keep` stay, and none from before `since`. */
  trimsUpTo(keep: number, since: number): number {
    const firstSince =
      since === 0
        ? 1
        : (this.#statements.firstEventSince.all([since])[0]?.seq ?? this.#lastSeq + 1);
    return Math.max(firstSince - 1, this.#lastSeq - Math.max(0, keep));
  }

  /** Drops some of the oldest events up to a number, in a transaction. Returns whether it was the last of them. */
  trimSome(upTo: number, transaction: (run: () => void) => void): boolean {
    const oldest = this.#statements.oldestSeq.all([])[0]?.seq;
    if (oldest == null || oldest > upTo) return true;
    const step = Math.min(upTo, oldest + trimStep - 1);
    const gone = this.#statements.trimmedBytes.all([step])[0]?.bytes ?? 0;
    transaction(() => {
      this.#statements.noteLastSeq.run([this.#lastSeq]);
      this.#statements.trim.run([step]);
    });
    this.#bytes -= gone;
    return step === upTo;
  }

  /** Drops the oldest events of a journal of `bytes` until it keeps within its budget; returns what it has then. */
  #dropOldest(bytes: number, newest: number): number {
    const most = this.#budgets.limit("journalBytes");
    let left = bytes;
    while (left > most) {
      const oldest = this.#statements.oldestSizes.all([trimStep]);
      let upTo = 0;
      for (const row of oldest) {
        // The newest stays, so that the numbers go on from it.
        if (left <= most || row.seq === newest) break;
        left -= row.bytes;
        upTo = row.seq;
      }
      if (upTo === 0) break;
      this.#statements.trim.run([upTo]);
    }
    return left;
  }

  #items(): number {
    const oldest = this.#statements.oldestSeq.all([])[0]?.seq ?? this.#lastSeq + 1;
    return this.#lastSeq + 1 - oldest;
  }
}
