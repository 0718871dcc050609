import type { UpstreamRequest } from "@hub/core/upstream";
import {
  answersRequest,
  batchVersion,
  errorText,
  type Headers,
  hear,
  type JsonRpcRequest,
} from "@hub/mcp";
import { InFlightCall } from "../calls/in-flight-call.js";
import type { CallsBySession } from "../calls/session-calls.js";
import type { Reply } from "../reply/reply.js";
import { sessionNotFound } from "../reply/session-not-found.js";
import { takesStream } from "../reply/takes-stream.js";
import { type TraceMeta, tracedRequest } from "../traffic/call-trace.js";
import { tell } from "../upstream/brief-exchange.js";
import { failureOf, failureText } from "../upstream/call-failures.js";
import { unanswered, wantsToken } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import { exchange, type MessageReceiver } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { tellInTurn } from "../upstream/own-replies.js";
import { SessionAnswer } from "../upstream/session-answers.js";
import type { PassedRequest } from "./passed-request.js";

/** Where a message of a batch goes. */
export type BatchedDestination = {
  readonly context: GatewayContext;
  readonly instance: UpstreamInstance;
  /** Names the session among all servers' sessions. */
  readonly session: string;
  readonly calls: CallsBySession;
  /** The message as it goes out. */
  readonly request: UpstreamRequest;
};

function sending({ context, instance, request }: BatchedDestination, meta?: TraceMeta) {
  return (receiver: MessageReceiver) =>
    exchange(
      context.dialer,
      instance,
      tracedRequest(request, meta),
      context.serverMessages,
      receiver,
    );
}

/**
 * Sends what has no answer: a notification, or a client's answer, which a server waits for. `peer`: who
 * sent it, so that notifications of many peers take turns.
 */
export function tellBatched(
  destination: BatchedDestination,
  isAnswer: boolean,
  peer: string,
): void {
  const { limits } = destination.context;
  const start = sending(destination);
  if (isAnswer) tell(start, limits.handshakeMs);
  else tellInTurn(destination.instance.farewells, peer, start, limits.handshakeMs);
}

/**
 * Sends one request of a batch to the server of its session, and answers with what the server says: its
 * answer under the client's own id, and before it whatever else comes, as it is. That the server does not
 * know the session is answered with status 404.
 */
export function askBatched(
  destination: BatchedDestination,
  passed: PassedRequest,
  message: JsonRpcRequest,
  reply: Reply,
): void {
  const { context, instance, session, calls } = destination;
  const { entry } = passed;
  const { id } = message;
  const run: InFlightCall = new InFlightCall(context, {
    peer: reply.peer,
    entry,
    id,
    method: message.method,
    name: passed.name,
    client: undefined,
    principal: passed.principal,
    from: passed.from,
    cameWith: passed.headers,
    params: message.params,
    running: passed.running,
    onUnreached: passed.onUnreached,
    onFailure: (failure) => reply.message(failureText(context, id, failure, entry)),
    onOver: () => leave(),
  });
  const leave = calls.begin(session, run);
  reply.onGone(() => run.cancel());
  const standing = { isProven: true, isUnknown: false, isLost: false };
  let status = 200;
  let head: Headers = {};
  const receiver: MessageReceiver = {
    onOpen(given, framing, headers) {
      status = given;
      head = headers;
      if (status < 300 && framing === "events" && takesStream(passed.headers)) reply.openStream();
    },
    onEvent(event) {
      if (run.isOver) return;
      const refusal = wantsToken(status, head);
      if (refusal !== undefined) return run.fail(refusal);
      const { data } = event;
      run.heard(data ?? "");
      const heard = data === undefined ? undefined : hear(data);
      if (standing.isUnknown && (heard?.kind !== "answer" || heard.envelope.id === null)) return;
      if (heard?.kind === "answer") {
        // What answers somebody else is nobody's here.
        if (!answersRequest(heard.envelope, id)) return;
        run.settle(heard.envelope);
        reply.message(event.bytes ?? data ?? "");
        return;
      }
      if (heard?.kind === "request") calls.asked(session, heard.message.id, run);
      if (!reply.event(event)) run.slowDown((listener) => reply.onDrain(listener));
    },
    onComment: () => reply.comment(),
    onRoom: (hasRoom) => run.waitForRoom(hasRoom),
    onEnd() {
      run.ended();
      if (run.isOver) return;
      if (!standing.isUnknown) return run.fail(unanswered(status, head));
      run.finish("error");
      reply.message(errorText(id, sessionNotFound), 404);
    },
    onFailure: (failure) => run.fail(failureOf(failure)),
  };
  run.send(instance, (meta) =>
    sending(destination, meta)(new SessionAnswer(id, batchVersion, standing, receiver)),
  );
}
