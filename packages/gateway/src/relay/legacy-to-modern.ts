import type { UpstreamFailure } from "@hub/core";
import {
  answersRequest,
  type Envelope,
  type Headers,
  hear,
  type JsonRpcRequest,
  outcomeOf,
  type Params,
  textWithArguments,
} from "@hub/mcp";
import type { InFlightCall } from "../calls/in-flight-call.js";
import { KeptBytes } from "../calls/kept-bytes.js";
import { rewriteText } from "../catalogue/uri-rewriting.js";
import { failureOf, nobodyLeft } from "../upstream/call-failures.js";
import { noAnswer } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import { exchange } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { modernHeaders, withEnvelope } from "../upstream/modern.js";
import { askForInput, type BridgedCall, inputRequired } from "./input-required.js";
import { passLong } from "./pass-long.js";

const leastLevel = "debug";

/** How many times a server may ask for input during one call. One that asks more often would never end. */
const mostRounds = 32;

/**
 * Calls a server of 2026-07-28 for a client of a 2025 revision. What the server wants to know first
 * (an input-required result) is asked as requests to the client, and the call made again with the answers.
 */
export async function callModernServer(context: GatewayContext, call: BridgedCall): Promise<void> {
  const { session, request, run } = call;
  const { identity } = session;
  const { budgets } = context;
  const envelope = (params: Params | undefined) =>
    withEnvelope(params, {
      clientCapabilities: identity.capabilities,
      clientInfo: identity.clientInfo,
      // A 2025 server of whom nobody wishes a level sends what it has; a modern one would send nothing.
      logLevel: session.logLevel ?? leastLevel,
    });
  const kept = new KeptBytes(budgets, session.peer);
  /** What the client's answers add to the next round; undefined when the call is over. */
  const take = (response: Response | undefined): Promise<Params | undefined> | undefined => {
    if (response === undefined || run.isOver) return undefined;
    const { text, said } = response;
    const asked = said.resultType === "input_required" ? inputRequired(text) : undefined;
    if (asked !== undefined) return askForInput({ ...call, kept, budgets }, asked);
    call.forget();
    run.finish(outcomeOf(said));
    call.answer(rewriteText(text, call.rewrites));
    return undefined;
  };
  let { params } = request;
  for (let round = 0; round < mostRounds; round += 1) {
    const sent = { ...request, params: envelope(params) };
    // While the client is asked, nothing keeps the response, which may be large.
    const given = await send(context, call, sent).then(take);
    kept.giveBack();
    if (given === undefined) return;
    params = { ...request.params, ...given };
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
      .filter((instance) => instance.eraIn(entry) === "modern");
    const fail = (failure: Parameters<InFlightCall["fail"]>[0]) => {
      run.fail(failure);
      resolve(undefined);
    };
    const written = call.argumentsText();
    const headers = modernHeaders(message, call.headers, written);
    const attempt = (instance: UpstreamInstance | undefined, last: UpstreamFailure | undefined) => {
      if (instance === undefined) return fail(nobodyLeft(context, entry, last));
      let isAnswered = false;
      let status = 0;
      let head: Headers = {};
      const body = textWithArguments(message, written);
      const request = { method: "POST", headers, body, via: call.session.via } as const;
      run.send(instance, () =>
        exchange(context.dialer, instance, request, context.serverMessages, {
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
              run.answered();
              resolve({ text: data, said: heard.envelope });
            } else if (
              heard?.kind === "notification" &&
              !reply.event({ data: rewriteText(data, call.rewrites) })
            )
              run.slowDown((listener) => reply.onDrain(listener));
          },
          onLong(answering) {
            const mustSee = call.onResponse !== undefined || call.rewrites !== undefined;
            if (mustSee || isAnswered || status >= 300) return undefined;
            const onWhole = (said: Envelope) => {
              isAnswered = true;
              call.forget();
              run.finish(outcomeOf(said));
              resolve(undefined);
            };
            const onOther = () => fail(noAnswer(status, head));
            const onGone = () => {
              call.forget();
              run.cancel();
              resolve(undefined);
            };
            const { id } = message;
            return passLong({ run, reply, id, mayAsk: true, onWhole, onOther, onGone }, answering);
          },
          onComment() {
            if (call.onResponse === undefined && status < 300) reply.comment();
          },
          onRoom: (hasRoom) => run.waitForRoom(hasRoom),
          onEnd() {
            run.ended();
            if (!isAnswered) fail(noAnswer(status, head));
          },
          onFailure(failure) {
            if (!failure.neverSent) return fail(failureOf(failure));
            attempt(candidates[candidates.indexOf(instance) + 1], failure);
          },
        }),
      );
      if (run.isOver) resolve(undefined);
    };
    attempt(candidates[0], undefined);
  });
}
