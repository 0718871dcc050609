import type { JsonRpcResponse } from "../wire/json-rpc.js";

/** What a client was asked and has not answered. Ids are the hub's, so that no two servers share one. */
export class Questions {
  readonly #waiting = new Map<string, (answer: JsonRpcResponse) => void>();
  #last = 0;

  /** Returns the id to ask under. */
  add(onAnswer: (answer: JsonRpcResponse) => void): string {
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
