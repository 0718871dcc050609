import type { BudgetBook } from "@hub/core";
import { failureError } from "../errors.js";
import type { JsonRpcResponse } from "../wire/json-rpc.js";

/** What a server hears that asks a client more than may be open at once. */
export const tooManyQuestions = failureError({
  code: "TOO_MANY_QUESTIONS",
  cause: "the client has not answered what it was asked before.",
  mayHaveRun: false,
});

/** What a client was asked and has not answered. Ids are the hub's, so that no two servers share one. */
export class Questions {
  readonly #waiting = new Map<string, (answer: JsonRpcResponse) => void>();
  readonly #budgets: BudgetBook;
  #last = 0;

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Returns the id to ask under; undefined when the client has not answered too many already. */
  add(onAnswer: (answer: JsonRpcResponse) => void): string | undefined {
    if (this.#waiting.size >= this.#budgets.limit("questions")) {
      this.#budgets.refused("questions");
      return undefined;
    }
    this.#last += 1;
    const id = `hub-${this.#last}`;
    this.#waiting.set(id, onAnswer);
    return id;
  }

  /** False for an answer that nobody waits for. */
  answer(answer: JsonRpcResponse): boolean {
    const id = String(answer.id);
    const onAnswer = this.#waiting.get(id);
    if (onAnswer === undefined) return false;
    this.#waiting.delete(id);
    onAnswer(answer);
    return true;
  }

  drop(id: string): void {
    this.#waiting.delete(id);
  }
}
