import type { Entry } from "@hub/core";
import { type Rewrites, rewriteText } from "../catalogue/uri-rewriting.js";
import { askClient, takeBack } from "../downstream/ask-client.js";
import type { ClientSession } from "../downstream/client-session.js";
import type { Reply } from "../downstream/reply.js";
import type { GatewayFailure } from "../errors.js";
import type { Headers, MessageReceiver } from "../upstream/exchange.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import { Unreachable } from "../upstream/open-link.js";
import { answersRequest, type Envelope, outcomeOf } from "../wire/envelope.js";
import type { StreamEvent } from "../wire/event-stream.js";
import type { HeaderParameter } from "../wire/header-values.js";
import { hear } from "../wire/heard.js";
import type { JsonRpcRequest } from "../wire/json-rpc.js";
import { CallRun } from "./call-run.js";
import { failureOf, failureText, faultOf, type GatewayContext } from "./context.js";
import { callModernServer } from "./legacy-to-modern.js";
import { noAnswer, wantsToken } from "./no-answer.js";
import { passLong } from "./pass-long.js";
import { forgotTwice, isSessionRefusal } from "./session-refusal.js";

export type LegacyCall = {
  readonly session: ClientSession;
  readonly entry: Entry;
  /** As its server shall see it, under the client's own id. */
  readonly request: JsonRpcRequest;
  /** The same as the client wrote it, where a 2025 server can have it so. */
  readonly text?: string | undefined;
  /** Its arguments as the client wrote them, for servers of either kind. */
  readonly argumentsText: () => string | undefined;
  readonly name: string | undefined;
  readonly headers: readonly HeaderParameter[];
  readonly reply: Reply;
  readonly rewrites: Rewrites | undefined;
  /** Takes the response instead of the reply; for answers that must be looked at. */
  readonly onResponse?: ((text: string) => void) | undefined;
};

const listChanged = /^notifications\/(tools|prompts|resources)\/list_changed$/;

/** Calls a server for a client of a 2025 revision, whatever revision the server speaks. */
export async function relayLegacy(context: GatewayContext, call: LegacyCall): Promise<void> {
  const { session, entry, request, reply } = call;
  const serverId = entry.record.id;
  let link: LegacyLink | undefined;
  const run = new CallRun(context, {
    peer: session.peer,
    entry,
    method: request.method,
    name: call.name,
    client: session.client,
    params: request.params,
    onFailure(failure) {
      // A server that was told keeps nothing running for a call that nobody waits for.
      if (failure.code === "CALL_TIMED_OUT") link?.post(cancelled(request, "The hub's time limit"));
      forget();
      answer(failureText(context, request.id, failure, entry));
    },
  });
  const cancel = () => end("The client took the call back");
  const end = (reason: string) => {
    link?.post(cancelled(request, reason));
    forget();
    run.cancel();
    // A stream that ends: the client expects no answer to what it took back.
    reply.openStream();
    reply.end();
  };
  session.calls.set(request.id, cancel);
  const forget = () => {
    if (session.calls.get(request.id) === cancel) session.calls.delete(request.id);
    session.running.delete(run);
    // What the server still wanted to know for this call, nobody needs to answer any more.
    session.questions.dropOf(run);
  };
  const answer = (text: string, status = 200) => {
    if (call.onResponse !== undefined) call.onResponse(text);
    else reply.message(text, status);
  };

  const attempt = async (isRetry: boolean): Promise<void> => {
    const leg = await session.legTo(entry);
    if (run.isOver) return;
    if (leg.kind === "modern") {
      await callModernServer(context, { ...call, run, answer, forget });
      return;
    }
    link = leg.link;
    const opened = leg.link;
    session.running.set(run, opened);
    run.send(opened.instance, () =>
      opened.request(
        request,
        receiver(opened, isRetry, (failure) => void again(opened, isRetry, failure)),
        call.text,
      ),
    );
  };
  /** The call did not run: the session was unknown, or nothing could be connected to. */
  const again = async (lost: LegacyLink, isRetry: boolean, failure: GatewayFailure) => {
    session.drop(serverId, lost);
    // A greeting that was kept must not open the same dead instance once more.
    lost.instance.forgetLegacyLeg();
    if (run.isOver) return;
    // It has just refused the connection, and there is nobody better: a second dial would only say so again.
    const next = context.instances.first(entry);
    const isVain = next === lost.instance && next.status === "suspect";
    if (isRetry || isVain) run.fail(failure);
    else await attempt(true).catch(refuse);
  };
  const refuse = (error: unknown) =>
    run.fail(error instanceof Unreachable ? error.failure : faultOf(context, error));

  const receiver = (
    opened: LegacyLink,
    isRetry: boolean,
    retry: (failure: GatewayFailure) => void,
  ): MessageReceiver => {
    let isLost = false;
    let isAnswered = false;
    let isResumable = false;
    let status = 200;
    let head: Headers = {};
    return {
      onOpen(given, framing, headers) {
        status = given;
        head = headers;
        isLost = given === 404 && opened.isStateful;
        if (given >= 200 && given < 300 && framing === "events" && call.onResponse === undefined)
          reply.openStream();
      },
      onEvent(event) {
        if (!isRetry && isSessionRefusal(status, event.data)) {
          isLost = true;
          opened.instance.forgetLegacyLeg();
        }
        if (isLost) return;
        const refusal = wantsToken(status, head);
        if (refusal !== undefined) return run.fail(refusal);
        run.heard(event.data ?? "");
        if (event.id !== undefined) isResumable = true;
        const kind = passEvent(context, session, opened, reply, run, call, event, (text, said) => {
          isAnswered = true;
          forget();
          run.finish(outcomeOf(said));
          if (call.onResponse !== undefined) call.onResponse(text);
          else if (reply.isStream) {
            reply.event({ ...event, ...mappedId(serverId, event), data: text });
            // Whether its server ends it as well is nothing to the client.
            reply.end();
          } else {
            const message = text === event.data ? (event.bytes ?? text) : text;
            reply.message(message, status >= 400 ? status : 200);
          }
        });
        if (kind === "full") run.slowDown((listener) => reply.onDrain(listener));
      },
      onLong(answering) {
        const mustSee = call.onResponse !== undefined || call.rewrites !== undefined;
        if (mustSee || isLost || status >= 300) return undefined;
        const eventOf = (event: StreamEvent) => ({ ...event, ...mappedId(serverId, event) });
        const onWhole = (said: Envelope) => {
          isAnswered = true;
          forget();
          run.finish(outcomeOf(said));
        };
        const onOther = () => run.fail(noAnswer(status, head));
        const onGone = () => end("The client left in the middle of the answer");
        const { id } = request;
        const mayAsk = false;
        return passLong({ run, reply, id, mayAsk, eventOf, onWhole, onOther, onGone }, answering);
      },
      // To its client as well. The call is as silent as before: whatever keeps connections open sends comments.
      onComment() {
        if (reply.isStream) reply.comment();
      },
      onRoom: (hasRoom) => run.waitForRoom(hasRoom),
      onEnd() {
        run.ended();
        if (isLost) return retry(forgotTwice);
        if (isAnswered || (isResumable && reply.isStream)) {
          // Without an answer it is a server that wants to be asked again for the rest of the stream.
          forget();
          run.finish("ok");
          reply.end();
          return;
        }
        run.fail(noAnswer(status, head));
      },
      onFailure(failure) {
        if (failure.neverSent) return retry(failureOf(failure));
        // What was lost may be the whole server; the next call finds out.
        run.fail(failureOf(failure));
      },
    };
  };

  await attempt(false).catch(refuse);
}

function cancelled(request: JsonRpcRequest, reason: string) {
  return {
    jsonrpc: "2.0",
    method: "notifications/cancelled",
    params: { requestId: request.id, reason },
  };
}

/** Ids of events tell which server a client wants to go on with. */
export function mappedId(serverId: string, { id }: StreamEvent): { readonly id?: string } {
  return id === undefined || id === "" ? {} : { id: `${serverId}:${id}` };
}

/** Hands on one message of a call's stream: notifications as they are, questions under ids of the hub. */
function passEvent(
  context: GatewayContext,
  session: ClientSession,
  link: LegacyLink,
  reply: Reply,
  run: CallRun,
  call: Pick<LegacyCall, "entry" | "request" | "rewrites">,
  event: StreamEvent,
  onResponse: (text: string, said: Envelope) => void,
): "ok" | "full" {
  const serverId = call.entry.record.id;
  const { data } = event;
  const ids = mappedId(serverId, event);
  if (data === undefined) {
    reply.event({ ...event, ...ids });
    return "ok";
  }
  const heard = hear(data);
  if (heard?.kind === "request") {
    run.waitForClient();
    askClient({ session, link, reply, ids, call: run, onSettled: () => run.goOn() }, heard.message);
    return "ok";
  }
  if (heard?.kind === "notification") {
    if (listChanged.test(heard.message.method)) {
      // Clients hear of it when the hub has read the new list.
      void context.refresh(serverId);
      if (reply.isStream) reply.comment();
      return "ok";
    }
    let text = rewriteText(data, call.rewrites);
    if (heard.message.method === "notifications/cancelled") {
      const told = takeBack(session, link, heard.message);
      if (told === undefined) return "ok";
      text = JSON.stringify(told);
    }
    return reply.event({ ...ids, data: text }) ? "ok" : "full";
  }
  // What answers somebody else is nobody's here.
  if (heard?.kind === "answer" && answersRequest(heard.envelope, call.request.id))
    onResponse(rewriteText(data, call.rewrites), heard.envelope);
  return "ok";
}
