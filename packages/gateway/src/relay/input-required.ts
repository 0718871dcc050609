import { randomUUID } from "node:crypto";
import type { BudgetBook } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import {
  codes,
  type InputRequired,
  type JsonRpcError,
  legacyQuestion,
  type Params,
} from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import type { KeptBytes } from "../calls/kept-bytes.js";
import { tooManyQuestions } from "../session/questions.js";
import type { LegacyCallOptions } from "./legacy-call-options.js";

/** A call of a 2025 client to a server of 2026-07-28. */
export type BridgedCall = LegacyCallOptions & {
  readonly run: InFlightCall;
  readonly answer: (text: string, status?: number) => void;
  readonly forget: () => void;
};

type AskingCall = BridgedCall & { readonly kept: KeptBytes; readonly budgets: BudgetBook };

/**
 * Asks the client everything at once. Resolves with what goes into the next round; with nothing when the
 * call is over. A client that refuses one question has refused the call.
 */
export function askForInput(
  call: AskingCall,
  { inputRequests, requestState }: InputRequired,
): Promise<Params | undefined> {
  const { request, run } = call;
  run.waitForClient();
  const state = requestState === undefined ? {} : { requestState };
  if (!keep(call, state)) return Promise.resolve(undefined);
  const asked = Object.entries(inputRequests).map(([key, question]) => ask(call, key, question));
  return Promise.all(asked).then(
    (answers) => {
      run.goOn();
      return run.isOver ? undefined : { inputResponses: Object.fromEntries(answers), ...state };
    },
    (error: JsonRpcError) => {
      if (run.isOver) return undefined;
      call.forget();
      run.finish("error");
      call.answer(JSON.stringify({ jsonrpc: "2.0", id: request.id, error }));
      return undefined;
    },
  );
}

/** Asks one question. Rejects with the error that the client answers with, or that says why it was not asked. */
function ask(
  call: AskingCall,
  key: string,
  question: JsonObject,
): Promise<readonly [string, JsonObject]> {
  const { reply, session } = call;
  const { id, answer } = waitForAnswer(call, key);
  if (id === undefined) return Promise.reject(tooManyQuestions);
  const message = { jsonrpc: "2.0", id, ...legacyQuestion(question, randomUUID) };
  const event = { data: JSON.stringify(message) };
  if (reply.isOpen) reply.event(event);
  else if (!session.tell(event)) {
    session.questions.forget(id);
    return Promise.reject({ code: codes.methodNotFound, message: "The client listens to nothing" });
  }
  return answer;
}

const over: JsonRpcError = { code: codes.internalError, message: "The call is over" };

/** Knows nothing of the question itself, which may be large, so that nothing that waits keeps it. */
function waitForAnswer(call: AskingCall, key: string) {
  const { entry, run, session } = call;
  let id: string | undefined;
  const answer = new Promise<readonly [string, JsonObject]>((resolve, reject) => {
    id = session.questions.add({
      server: entry.record.id,
      call: run,
      onAnswer: ({ result, error }) => {
        if (error !== undefined) reject(error);
        else if (keep(call, result)) resolve([key, result]);
        else reject(over);
      },
      onDropped: () => reject(over),
    });
  });
  return { id, answer };
}

/** Counts what is kept until everything is answered; the call ends when that is too much. */
function keep({ budgets, kept, run }: AskingCall, value: object): boolean {
  if (kept.take(Buffer.byteLength(JSON.stringify(value)))) return true;
  budgets.refused("heldBytes");
  run.fail(kept.tooMuch);
  return false;
}
