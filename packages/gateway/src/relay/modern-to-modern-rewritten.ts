import type { UpstreamFailure } from "@hub/core/upstream";
import { answersRequest, envelopeOf, type Headers } from "@hub/mcp";
import { InFlightCall } from "../calls/in-flight-call.js";
import { type Rewrites, rewriteText } from "../catalogue/uri-rewriting.js";
import type { Reply } from "../reply/reply.js";
import { tracedRequest } from "../traffic/call-trace.js";
import { failureOf, failureText, noInstanceLeft } from "../upstream/call-failures.js";
import { notMcp, unanswered } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import { exchange } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { ModernCall } from "./modern-to-modern.js";

/**
 * Like `relayModernToModern`, message by message: for servers that share a URI with another one, whose answers
 * must say which of the two is meant.
 */
export function relayRewrittenToModern(
  context: GatewayContext,
  call: ModernCall,
  candidates: readonly UpstreamInstance[],
  reply: Reply,
  rewrites: Rewrites | undefined,
): void {
  const { entry, id } = call;
  const run = new InFlightCall(context, {
    peer: reply.peer,
    entry,
    id,
    method: call.method,
    name: call.name,
    client: call.client,
    principal: call.principal,
    from: call.from,
    cameWith: call.cameWith,
    params: call.params,
    running: call.running,
    onUnreached: call.onUnreached,
    onFailure: (failure) => reply.message(failureText(context, id, failure, entry)),
  });
  reply.onGone(() => run.cancel());
  const attempt = (index: number, last: UpstreamFailure | undefined): void => {
    const instance = candidates[index];
    if (instance === undefined) {
      run.fail(noInstanceLeft(context, entry, last));
      return;
    }
    const request = {
      method: "POST",
      headers: call.headers,
      body: call.body,
      via: call.via,
    } as const;
    let status = 200;
    let head: Headers = {};
    run.send(instance, (meta) =>
      exchange(context.dialer, instance, tracedRequest(request, meta), context.serverMessages, {
        onOpen(given, framing, headers) {
          status = given;
          head = headers;
          const refusal = notMcp(given, headers);
          if (refusal !== undefined) run.fail(refusal);
          else if (framing === "events") reply.openStream();
        },
        onEvent({ data, bytes }) {
          if (data === undefined || run.isOver) return;
          run.heard(data);
          const envelope = envelopeOf(data);
          if (envelope === undefined) return;
          if (answersRequest(envelope, id)) {
            run.settle(envelope);
            const text = rewriteText(data, rewrites);
            reply.message(text === data ? (bytes ?? text) : text, status);
          } else if (envelope.isCall && !reply.event({ data: rewriteText(data, rewrites) })) {
            run.slowDown((listener) => reply.onDrain(listener));
          }
        },
        onComment() {
          if (reply.isStream) reply.comment();
        },
        onRoom: (hasRoom) => run.waitForRoom(hasRoom),
        onEnd() {
          run.ended();
          run.fail(unanswered(status, head));
        },
        onFailure(failure) {
          const told = failureOf(failure);
          if (failure.neverSent) {
            run.unreached(told);
            attempt(index + 1, failure);
          } else run.fail(told);
        },
      }),
    );
  };
  attempt(0, undefined);
}
