import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonObject } from "@hub/core";
import { rewriteText } from "../catalogue/uri-rewriting.js";
import { tooManyQuestions } from "../downstream/questions.js";
import { exchange, type Headers } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { modernHeaders, withEnvelope } from "../upstream/modern.js";
import type { UpstreamFailure } from "../upstream/port.js";
import { answersRequest, type Envelope, outcomeOf } from "../wire/envelope.js";
import { hear } from "../wire/heard.js";
import { type JsonRpcRequest, type Outcome, type Params, parseMessage } from "../wire/json-rpc.js";
import type { CallRun } from "./call-run.js";
import { eraOfInstance, failureOf, type GatewayContext, nobodyLeft } from "./context.js";
import type { LegacyCall } from "./legacy-relay.js";
import { noAnswer } from "./no-answer.js";

/** A server that asks more often than this for one call does not mean it well. */
const mostRounds = 32;

type BridgedCall = LegacyCall & {
  readonly run: CallRun;
  readonly answer: (text: string, status?: number) => void;
  readonly forget: () => void;
};

/**
 * Calls a server of 2026-07-28 for a client of a 2025 revision. What the server wants to know first
 * (an input-required result) is asked as requests to the client, and the call made again with the answers.
 */
export async function callModernServer(context: GatewayContext, call: BridgedCall): Promise<void> {
  const { session, request, run } = call;
  const { identity } = session;
  const envelope = (params: Params | undefined) =>
    withEnvelope(params, {
      clientCapabilities: identity.capabilities,
      clientInfo: identity.clientInfo,
      logLevel: session.logLevel,
    });
  let { params } = request;
  for (let round = 0; round < mostRounds; round += 1) {
    const response = await send(context, call, { ...request, params: envelope(params) });
    if (response === undefined || run.isOver) return;
    const { text, said } = response;
    const asked = said.resultType === "input_required" ? inputRequired(text) : undefined;
    if (asked === undefined) {
      call.forget();
      run.finish(outcomeOf(said));
      call.answer(rewriteText(text, call.rewrites));
      return;
    }
    run.waitForClient();
    const answers = await askAll(call, asked.inputRequests);
    run.goOn();
    if (run.isOver) return;
    if ("error" in answers) {
      call.forget();
      run.finish("error");
      call.answer(JSON.stringify({ jsonrpc: "2.0", id: request.id, error: answers.error }));
      return;
    }
    const { requestState } = asked;
    params = {
      ...request.params,
      inputResponses: answers.responses,
      ...(requestState === undefined ? {} : { requestState }),
    };
  }
  run.fail({
    code: "ANSWER_INVALID",
    cause: `it asked for more input ${mostRounds} times in one call.`,
    mayHaveRun: true,
  });
}

/** A response as it was written, and what it is. */
type Response = { readonly text: string; readonly said: Envelope };

/** One round: resolves with the response; undefined when the call has ended otherwise. */
function send(
  context: GatewayContext,
  call: BridgedCall,
  message: JsonRpcRequest,
): Promise<Response | undefined> {
  const { entry, run, reply } = call;
  return new Promise((resolve) => {
    const candidates = context.instances
      .candidates(entry)
      .filter((instance) => eraOfInstance(entry, instance) === "modern");
    const fail = (failure: Parameters<CallRun["fail"]>[0]) => {
      run.fail(failure);
      resolve(undefined);
    };
    const headers = modernHeaders(message, call.headers);
    const attempt = (instance: UpstreamInstance | undefined, last: UpstreamFailure | undefined) => {
      if (instance === undefined) return fail(nobodyLeft(entry, last));
      let isAnswered = false;
      let status = 0;
      let head: Headers = {};
      const body = JSON.stringify(message);
      const request = { method: "POST", headers, body, via: call.session.via } as const;
      run.send(instance, () =>
        exchange(context.dialer, instance.endpoint, request, context.serverMessages, {
          onOpen(given, _, headers) {
            status = given;
            head = headers;
          },
          onEvent({ data }) {
            if (data === undefined) return;
            run.heard(data);
            const heard = hear(data);
            if (heard?.kind === "answer" && answersRequest(heard.envelope, message.id)) {
              isAnswered = true;
              resolve({ text: data, said: heard.envelope });
            } else if (
              heard?.kind === "notification" &&
              !reply.event({ data: rewriteText(data, call.rewrites) })
            )
              run.slowDown((listener) => reply.onDrain(listener));
          },
          onEnd() {
            run.ended();
            if (!isAnswered) fail(noAnswer(status, head));
          },
          onFailure(failure) {
            if (!failure.neverSent) return fail(failureOf(failure));
            void context.refresh(entry.record.id);
            attempt(candidates[candidates.indexOf(instance) + 1], failure);
          },
        }),
      );
      if (run.isOver) resolve(undefined);
    };
    attempt(candidates[0], undefined);
  });
}

type InputRequired = {
  readonly inputRequests: Readonly<Record<string, JsonObject>>;
  readonly requestState?: string;
};

/** The wish for input in a response; undefined for every other one. */
function inputRequired(text: string): InputRequired | undefined {
  const parsed = parseMessage(text);
  const result = parsed?.kind === "response" ? parsed.message.result : undefined;
  if (result?.resultType !== "input_required") return undefined;
  const requests = isJsonObject(result.inputRequests) ? result.inputRequests : {};
  return {
    inputRequests: Object.fromEntries(
      Object.entries(requests).flatMap(([key, value]) =>
        isJsonObject(value) ? [[key, value]] : [],
      ),
    ),
    ...(typeof result.requestState === "string" ? { requestState: result.requestState } : {}),
  };
}

/** The 2025 revisions want an id with which a server could say that the page was done with. */
function legacyQuestion({ method, params }: JsonObject): unknown {
  if (method !== "elicitation/create" || !isJsonObject(params) || params.mode !== "url")
    return params;
  return { elicitationId: randomUUID(), ...params };
}

type Answers =
  | { readonly responses: Readonly<Record<string, JsonObject>> }
  | { readonly error: NonNullable<Outcome["error"]> };

/** Asks the client everything at once. A client that refuses one question has refused the call. */
async function askAll(
  call: BridgedCall,
  requests: Readonly<Record<string, JsonObject>>,
): Promise<Answers> {
  const { session, reply } = call;
  const outcomes = await Promise.all(
    Object.entries(requests).map(
      ([key, question]) =>
        new Promise<readonly [string, Outcome]>((resolve) => {
          const id = session.questions.add((answer) =>
            resolve([
              key,
              answer.error === undefined ? { result: answer.result } : { error: answer.error },
            ]),
          );
          if (id === undefined) {
            resolve([key, { error: tooManyQuestions }]);
            return;
          }
          const { method } = question;
          const params = legacyQuestion(question);
          const event = {
            data: JSON.stringify({
              jsonrpc: "2.0",
              id,
              method,
              ...(params === undefined ? {} : { params }),
            }),
          };
          if (reply.isOpen) reply.event(event);
          else if (!session.tell(event)) {
            session.questions.drop(id);
            resolve([key, { error: { code: -32_601, message: "The client listens to nothing" } }]);
          }
        }),
    ),
  );
  const responses: Record<string, JsonObject> = {};
  for (const [key, outcome] of outcomes) {
    if (outcome.error !== undefined) return { error: outcome.error };
    responses[key] = outcome.result;
  }
  return { responses };
}
