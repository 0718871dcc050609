import { useCallback, useEffect, useRef, useState } from "react";
import { call } from "../mcp/call.js";
import { type MessageLog, noMessages, withMessage } from "../mcp/message-log.js";
import type { Answer, Notice, Question } from "../mcp/messages.js";
import type { Asked } from "../mcp/request.js";
import type { Outcome } from "../past/past-calls.js";
import type { JsonObject } from "../schema/schema.js";

const mostLogs = 500;

export type LogLine = Extract<Notice, { readonly is: "log" }> & { readonly number: number };

export type Ended = { readonly durationMs: number } & (
  | { readonly is: "done"; readonly result: JsonObject }
  | { readonly is: "failed"; readonly error: unknown }
  | { readonly is: "cancelled" }
);

export type Run = {
  /** Tells one run from the next. */
  readonly number: number;
  readonly startedAt: number;
  readonly progress: Extract<Notice, { readonly is: "progress" }> | undefined;
  /** The last of them. */
  readonly logs: readonly LogLine[];
  readonly logCount: number;
  readonly messages: MessageLog;
  readonly question:
    | { readonly of: Question; readonly number: number; readonly answer: (answer: Answer) => void }
    | undefined;
  readonly ended: Ended | undefined;
};

export type Finished = {
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
};

function withNotice(run: Run, notice: Notice): Run {
  if (notice.is === "progress") return { ...run, progress: notice };
  const line = { ...notice, number: run.logCount };
  return { ...run, logs: [...run.logs, line].slice(-mostLogs), logCount: run.logCount + 1 };
}

const outcomeOf = (ended: Ended): Outcome =>
  ended.is === "done" ? (ended.result.isError === true ? "error" : "done") : ended.is;

/** Carries out one call at a time. Leaving the page cancels it. */
export function useRun() {
  const [run, setRun] = useState<Run>();
  const stop = useRef<AbortController>(undefined);
  const count = useRef(0);
  useEffect(() => () => stop.current?.abort(), []);

  const start = useCallback(async (asked: Asked): Promise<Finished> => {
    stop.current?.abort();
    const controller = new AbortController();
    stop.current = controller;
    count.current += 1;
    const number = count.current;
    const startedAt = Date.now();
    const began = performance.now();
    const { signal } = controller;
    const change = (how: (run: Run) => Run) =>
      setRun((now) => (now?.number === number ? how(now) : now));
    setRun({
      number,
      startedAt,
      progress: undefined,
      logs: [],
      logCount: 0,
      messages: noMessages,
      question: undefined,
      ended: undefined,
    });
    let questions = 0;
    const onQuestion = (question: Question) =>
      new Promise<Answer>((resolve, reject) => {
        questions += 1;
        const done = (answer: Answer) => {
          change((now) => ({ ...now, question: undefined }));
          resolve(answer);
        };
        change((now) => ({ ...now, question: { of: question, number: questions, answer: done } }));
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    const end = (
      how:
        | { is: "done"; result: JsonObject }
        | { is: "failed"; error: unknown }
        | { is: "cancelled" },
    ) => {
      const ended: Ended = { ...how, durationMs: performance.now() - began };
      change((now) => ({ ...now, question: undefined, ended }));
      return { startedAt, durationMs: ended.durationMs, outcome: outcomeOf(ended) };
    };
    try {
      const result = await call(asked, {
        signal,
        onQuestion,
        onNotice: (notice) => change((now) => withNotice(now, notice)),
        onMessage: (message) =>
          change((now) => ({ ...now, messages: withMessage(now.messages, message) })),
      });
      return end({ is: "done", result });
    } catch (error) {
      return end(signal.aborted ? { is: "cancelled" } : { is: "failed", error });
    }
  }, []);

  const cancel = useCallback(() => stop.current?.abort(), []);
  return { run, start, cancel };
}
