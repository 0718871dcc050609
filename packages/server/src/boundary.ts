import type { IncomingMessage, ServerResponse } from "node:http";
import { faultError, newInstance, type ProblemAnswer, problemAnswer } from "./api/problem.js";

/** What failed, as far as it is known; `instance` is the URN that the caller was told. */
export type Fault = {
  readonly error: unknown;
  readonly instance: string;
  readonly method?: string | undefined;
  /** Without the query, which may hold secrets. */
  readonly path?: string | undefined;
};

export type TellFault = (fault: Fault) => void;

/** Answers with a problem document, and reads what still comes, so that the client sees the answer. */
export function sendProblem(
  response: ServerResponse,
  { status, headers, body }: ProblemAnswer,
  more: Readonly<Record<string, string>> = {},
): void {
  response.req.resume();
  response.writeHead(status, { ...more, ...headers });
  response.end(body);
}

/** The path in a request target. */
function pathIn(target: string | undefined): string | undefined {
  return target?.split("?", 1)[0]?.slice(0, 200);
}

/**
 * Runs what answers a request. Whatever it throws or rejects with ends here: it is told once, answered
 * with 500 where nothing was sent yet, and all other requests go on.
 */
export function withinBoundary(
  request: IncomingMessage,
  response: ServerResponse,
  tell: TellFault,
  answer: () => unknown,
): void {
  const onFault = (error: unknown) => {
    const instance = newInstance();
    tell({ error, instance, method: request.method, path: pathIn(request.url) });
    // Half of another answer can only be broken off.
    if (response.headersSent) response.destroy();
    else sendProblem(response, problemAnswer(faultError(), instance));
  };
  try {
    const answered = answer();
    if (answered instanceof Promise) answered.catch(onFault);
  } catch (error) {
    onFault(error);
  }
}
