import type { Entry } from "@hub/core";
import type { HeldAnswers, HubPeers } from "@hub/core/hubs";
import { type Headers, headerOf, type JsonRpcId } from "@hub/mcp";
import type { GatewayFailure } from "../errors.js";
import type { Reply } from "../reply/reply.js";
import { failureText } from "../upstream/call-failures.js";
import type { GatewayContext } from "../upstream/context.js";
import { exchange, type Framing } from "../upstream/exchange.js";

export type HeldElsewhere = {
  readonly peers: HubPeers;
  /** The hub that holds the call. */
  readonly hubId: string;
  /** The server that it is a call to. */
  readonly entry: Entry;
  readonly id: JsonRpcId;
  readonly answers: HeldAnswers;
  /** Gets the rest of the call. */
  readonly reply: Reply;
};

/** Passes on what a client answers in a call that another hub holds, and hands the rest of that call to the client. */
export function continueElsewhere(context: GatewayContext, held: HeldElsewhere): void {
  const { peers, hubId, entry, id, answers, reply } = held;
  const fail = (failure: GatewayFailure) => reply.message(failureText(context, id, failure, entry));
  const absence = peers.absence(hubId);
  if (absence !== undefined) {
    fail(absence === "gone" ? holderGone : holderWithoutAddress);
    return;
  }
  let status = 200;
  let framing: Framing = "none";
  let head: Headers = {};
  let isAnswered = false;
  const send = (text: string | Buffer) => {
    const wait = headerOf(head, "retry-after");
    reply.message(text, status, wait === undefined ? {} : { "retry-after": wait });
  };
  const passed = exchange(
    { send: (_endpoint, _request, receiver) => peers.ask(hubId, answers, receiver) },
    { serverId: entry.record.id, endpoint: hubId },
    { method: "POST", headers: {} },
    context.serverMessages,
    {
      onOpen(given, kind, headers) {
        status = given;
        framing = kind;
        head = headers;
        if (kind === "events") reply.openStream();
      },
      onEvent(event) {
        isAnswered = true;
        if (framing === "json") send(event.bytes ?? event.data ?? "");
        else if (!reply.event(event)) {
          passed.pause();
          reply.onDrain(() => passed.resume());
        }
      },
      onComment() {
        if (reply.isStream) reply.comment();
      },
      onEnd() {
        if (isAnswered) reply.end();
        else fail(notReached(`it answered with the status ${status}`, false));
      },
      onFailure: ({ detail, neverSent }) => fail(notReached(detail, neverSent)),
    },
  );
  // As with a call that is held here: to close the connection is to take it back.
  reply.onGone(() => passed.abort());
}

const holderGone: GatewayFailure = {
  code: "HELD_ELSEWHERE",
  cause: "the hub that held this call until it had your answer is gone, and the call with it.",
  mayHaveRun: true,
};

const holderWithoutAddress: GatewayFailure = {
  code: "HELD_ELSEWHERE",
  cause:
    "another hub holds this call, and has no address at which this one could pass your answer on.",
  fix: "Send the same answer again, which may reach the hub that holds the call. The operator can set MCP_HUB_PEER_URL at each hub.",
  mayHaveRun: true,
};

function notReached(detail: string, neverSent: boolean): GatewayFailure {
  const failure = {
    code: "HELD_ELSEWHERE",
    cause: `the hub that holds this call could not be asked: ${detail}.`,
    mayHaveRun: true,
  } as const;
  if (!neverSent) return failure;
  return { ...failure, fix: "Your answer did not arrive: send it again in some seconds." };
}
