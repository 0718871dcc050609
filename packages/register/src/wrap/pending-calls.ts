import type { JsonRpcId, JsonRpcNotification, Outcome, Params } from "@hub/mcp";
import { Askers } from "./askers.js";
import type { Caller, Client } from "./client.js";
import { toPlain } from "./written-numbers.js";

interface PendingCall {
  readonly caller: Caller | undefined;
  readonly progressToken: JsonRpcId | undefined;
  settle(outcome: Outcome, isAnswered: boolean): void;
}

type AnswerListener = (method: string, params: Params | undefined, outcome: Outcome) => void;

/** What one server was asked and has not answered, under ids and progress tokens of our own. */
export class PendingCalls {
  readonly askers = new Askers<Client>();
  readonly #calls = new Map<JsonRpcId, PendingCall>();
  readonly #onAnswer: AnswerListener;
  #nextId = 0;
  #holds = 0;
  #onQuiet: (() => void)[] = [];

  /** `onAnswer` hears of each answer of the server. */
  constructor(onAnswer: AnswerListener) {
    this.#onAnswer = onAnswer;
  }

  newId(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** Returns the parameters to send, with our progress token, and how it ends. */
  add(
    id: JsonRpcId,
    method: string,
    params: Params | undefined,
    caller: Caller | undefined,
  ): { readonly params: Params | undefined; readonly outcome: Promise<Outcome> } {
    const progressToken = params?._meta?.progressToken as JsonRpcId | undefined; // per protocol
    if (caller !== undefined) this.askers.began(caller.client);
    const outcome = new Promise<Outcome>((resolve) => {
      this.#calls.set(id, {
        caller,
        progressToken,
        settle: (given, isAnswered) => {
          this.#calls.delete(id);
          if (caller !== undefined) this.askers.ended(caller.client, isAnswered);
          if (isAnswered) this.#onAnswer(method, params, given);
          resolve(given);
          this.lookForQuiet();
        },
      });
    });
    if (progressToken === undefined) return { params, outcome };
    return { params: { ...params, _meta: { ...params?._meta, progressToken: id } }, outcome };
  }

  has(id: JsonRpcId): boolean {
    return this.#calls.has(id);
  }

  callerOf(id: JsonRpcId): Caller | undefined {
    return this.#calls.get(id)?.caller;
  }

  /** `isAnswered`: nothing of it is left in the server. */
  settle(id: JsonRpcId, outcome: Outcome, isAnswered: boolean): void {
    this.#calls.get(id)?.settle(outcome, isAnswered);
  }

  settleAll(outcome: Outcome): void {
    for (const call of [...this.#calls.values()]) call.settle(outcome, true);
  }

  /** Hands on progress under the token its client gave; whose call is over hears nothing. */
  progress(notification: JsonRpcNotification): void {
    const token = toPlain(notification.params?.progressToken) as JsonRpcId; // per protocol
    const call = this.#calls.get(token);
    if (call?.progressToken === undefined) return;
    const params = { ...notification.params, progressToken: call.progressToken };
    call.caller?.notify({ ...notification, params });
  }

  /** Whether nobody waits for anything. */
  get isQuiet(): boolean {
    return this.#holds === 0 && this.#calls.size === 0;
  }

  /** More requests will follow that belong together. Returns the way to say that they are over. */
  hold(): () => void {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      this.lookForQuiet();
    };
  }

  /** Resolves when nobody waits any more, or when `lookForQuiet` is told that this is of no use. */
  untilQuiet(): Promise<void> {
    return new Promise((resolve) => this.#onQuiet.push(resolve));
  }

  lookForQuiet(isOfNoUse = false): void {
    if (isOfNoUse || this.isQuiet) for (const tell of this.#onQuiet.splice(0)) tell();
  }
}
