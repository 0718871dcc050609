import { isObject, type JsonObject, numberOf, textOf } from "../schema/schema.js";
import type { LoggedMessage } from "./message-log.js";
import {
  type Answer,
  CallError,
  type Notice,
  noticeOf,
  type Question,
  questionOf,
} from "./messages.js";
import { type Answered, type Asked, type McpRequest, requestOf } from "./request.js";
import { eventsOf } from "./stream.js";

/** A server that asks again and again is not done by asking more. */
const mostRounds = 20;

export type Listener = {
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  /** Each message as it goes out and comes in. */
  readonly onMessage?: (message: Pick<LoggedMessage, "is" | "text">) => void;
  /** Answers for the person. Rejects when the call is cancelled meanwhile. */
  readonly onQuestion: (question: Question) => Promise<Answer>;
};

let lastId = 0;

/** Carries out one call, with all questions the server has. Throws CallError or an AbortError. */
export async function call(asked: Asked, listener: Listener): Promise<JsonObject> {
  let answered: Answered = {};
  for (let round = 0; round < mostRounds; round += 1) {
    lastId += 1;
    const result = await send(requestOf(asked, lastId, answered), listener);
    if (result.resultType !== "input_required") return result;
    answered = await answersTo(result, listener);
  }
  throw new CallError(`The server asked more than ${mostRounds} times in one call.`, undefined);
}

async function answersTo(result: JsonObject, { onQuestion }: Listener): Promise<Answered> {
  const questions = isObject(result.inputRequests) ? Object.entries(result.inputRequests) : [];
  const state = textOf(result.requestState);
  const answers: (readonly [string, Answer])[] = [];
  for (const [key, request] of questions)
    answers.push([key, await onQuestion(questionOf(request))]);
  return {
    ...(answers.length === 0 ? {} : { inputResponses: Object.fromEntries(answers) }),
    ...(state === undefined ? {} : { requestState: state }),
  };
}

/** One request with one answer. Throws CallError or an AbortError. */
export async function send(
  request: McpRequest,
  { signal, onNotice, onMessage }: Pick<Listener, "signal" | "onNotice" | "onMessage">,
): Promise<JsonObject> {
  const body = JSON.stringify(request.body);
  onMessage?.({ is: "sent", text: body });
  let response: Response;
  try {
    response = await fetch(request.path, {
      method: "POST",
      headers: request.headers,
      body,
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CallError("The hub does not answer. Is it running?", undefined);
  }
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!isStream || response.body === null) {
    const text = await response.text();
    onMessage?.({ is: "received", text });
    return resultOf(jsonOf(response, text));
  }
  for await (const text of eventsOf(response.body)) {
    onMessage?.({ is: "received", text });
    const message: unknown = JSON.parse(text);
    if (!isObject(message)) continue;
    // An error without an id: the server could not read the request.
    const isOurs = message.id === request.body.id || ("error" in message && message.id === null);
    const isAnswer = isOurs && ("result" in message || "error" in message);
    if (isAnswer && message.method === undefined) return resultOf(message);
    const notice = noticeOf(message);
    if (notice !== undefined) onNotice(notice);
  }
  throw new CallError("The stream ended without a result.", undefined);
}

function jsonOf(response: Response, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CallError(`The hub answered ${response.status} without JSON.`, undefined, text);
  }
}

function resultOf(message: unknown): JsonObject {
  if (isObject(message) && isObject(message.result)) return message.result;
  const error = isObject(message) && isObject(message.error) ? message.error : message;
  const told = isObject(error) ? error : {};
  throw new CallError(
    // The hub's own refusals are problem documents.
    textOf(told.message) ??
      textOf(told.detail) ??
      textOf(told.title) ??
      "The answer is not an MCP result.",
    numberOf(told.code),
    told.data,
  );
}
