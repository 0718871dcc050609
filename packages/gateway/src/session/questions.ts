import { randomBytes } from "node:crypto";
import type { BudgetBook } from "@hub/core";
import { type Holder, Shares } from "@hub/core/limits";
import type { JsonRpcId, JsonRpcResponse } from "@hub/mcp";
import { failureError } from "../errors.js";
import type { LegacyLink } from "../upstream/legacy-link.js";

/** The error for a server that asks a client more questions than may be open at a time. */
export const tooManyQuestions = failureError({
  code: "TOO_MANY_QUESTIONS",
  cause: "the client has not answered earlier questions.",
  mayHaveRun: false,
});

/** The call that a question belongs to. */
type Call = object;

export type Question = {
  /** Which server asks: its id. */
  readonly server: string;
  /** The session with the server that it came in; undefined for a server that keeps none. */
  readonly link?: LegacyLink | undefined;
  /** What the server calls it, and what it wants the client's progress to be reported under. */
  readonly asked?: { readonly id: JsonRpcId; readonly progressToken: unknown } | undefined;
  /** The call in whose middle it was asked. */
  readonly call?: Call | undefined;
  readonly onAnswer: (answer: JsonRpcResponse) => void;
  /** Called when the question was dropped, because nobody waits for its answer any more. */
  readonly onDropped: () => void;
};

/**
 * What a client was asked and has not answered. A question goes when it is answered, when its server takes
 * it back, with the call it belongs to, and with the session it came in. Servers share the places, so one
 * alone has at most half of them. Ids are the hub's, so that neither two servers nor two hubs share one.
 */
export class Questions {
  readonly #waiting = new Map<string, Question & Holder>();
  readonly #places: Shares;
  readonly #budgets: BudgetBook;
  /** Other hubs ask in the same session. */
  readonly #prefix = `hub-${randomBytes(6).toString("base64url")}`;
  #last = 0;

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    this.#places = new Shares(budgets.limit("questions"));
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Returns the id to ask under; undefined when its server may ask no more now. */
  add(given: Question): string | undefined {
    this.#last += 1;
    const id = `${this.#prefix}-${this.#last}`;
    // It keeps its place until it goes.
    const question = { ...given, isUsed: true, end: () => this.drop(id) };
    if (!this.#places.admit(question.server, question)) {
      this.#budgets.refused("questions");
      return undefined;
    }
    this.#waiting.set(id, question);
    return id;
  }

  /** False for an answer that nobody waits for. */
  answer(answer: JsonRpcResponse): boolean {
    const question = this.#take(String(answer.id));
    question?.onAnswer(answer);
    return question !== undefined;
  }

  get(id: string): Question | undefined {
    return this.#waiting.get(id);
  }

  /** The id that the client knows a question of a server's by. */
  idOf(link: LegacyLink, asked: unknown): string | undefined {
    for (const [id, question] of this.#waiting)
      if (question.link === link && question.asked?.id === asked) return id;
    return undefined;
  }

  /** Nobody waits for the answer any more, which whoever asked hears. */
  drop(id: string): void {
    this.#take(id)?.onDropped();
  }

  /** The client could not be asked. */
  forget(id: string): void {
    this.#take(id);
  }

  /** Drops what belongs to a call that is over, or to a session with a server. */
  dropOf(owner: Call | LegacyLink): void {
    if (this.#waiting.size === 0) return;
    for (const [id, { call, link }] of [...this.#waiting])
      if (call === owner || link === owner) this.drop(id);
  }

  #take(id: string): Question | undefined {
    const question = this.#waiting.get(id);
    if (question === undefined) return undefined;
    this.#waiting.delete(id);
    this.#places.leave(question.server, question);
    return question;
  }
}
