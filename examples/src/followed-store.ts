import { appendFileSync } from "node:fs";
import { type BudgetBook, MemoryStore } from "@hub/core";
import type { CommitResult, StoreWrite } from "@hub/core/storage";

/** Keeps everything in memory, and writes each event to a file that other programs can follow. */
export class FollowedStore extends MemoryStore {
  readonly #file: string;

  constructor(file: string, budgets?: BudgetBook) {
    super(budgets);
    this.#file = file;
  }

  override async commit(write: StoreWrite): Promise<CommitResult> {
    const result = await super.commit(write);
    if (result.ok)
      for (const { event } of write.events)
        appendFileSync(this.#file, `${JSON.stringify(event)}\n`);
    return result;
  }
}
