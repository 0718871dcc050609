import { codes, type JsonRpcError, type JsonRpcNotification, type JsonRpcRequest } from "@hub/mcp";
import type { Reply } from "../reply/reply.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import type { ClientSession } from "./client-session.js";
import { tooManyQuestions } from "./questions.js";

/**
 * The longest id or progress token of a server's question. The hub keeps both until the question is
 * answered.
 */
const longestKept = 4_096;

/** Where a question of a server comes from, and goes to. */
export type Asking = {
  readonly session: ClientSession;
  readonly link: LegacyLink;
  /** The call it belongs to; undefined for what is asked outside of calls. */
  readonly call?: object | undefined;
  /** The stream it is asked on, as long as that is open. Default: the session's. */
  readonly reply?: Reply | undefined;
  /** The id of the event. */
  readonly ids?: { readonly id?: string };
  /** Hears once that nobody waits for the client any more. */
  readonly onSettled?: () => void;
};

/**
 * Hands a server's question to the client, under an id of the hub's. What a client cannot be asked is
 * answered here.
 */
export function askClient(asking: Asking, question: JsonRpcRequest): void {
  const { session, link, call, reply, ids, onSettled = () => undefined } = asking;
  const { id } = question;
  // The question itself may be large: nothing that waits for the answer keeps it.
  const onAnswer = (outcome: object) => {
    onSettled();
    link.post({ jsonrpc: "2.0", ...outcome, id });
  };
  const answerItself = (outcome: object) => {
    onSettled();
    link.reply({ jsonrpc: "2.0", ...outcome, id });
  };
  if (question.method === "ping") {
    // The client of the call sees that its server lives.
    if (reply?.isStream === true) reply.comment();
    answerItself({ result: {} });
    return;
  }
  const progressToken = question.params?._meta?.progressToken;
  const problem = tooLong("id", id) ?? tooLong("params._meta.progressToken", progressToken);
  const asked = { id, progressToken };
  const server = link.instance.serverId;
  const shownId =
    problem === undefined
      ? session.questions.add({ server, link, call, asked, onAnswer, onDropped: onSettled })
      : undefined;
  if (shownId === undefined) {
    answerItself({ error: problem ?? tooManyQuestions });
    return;
  }
  const event = { ...ids, data: JSON.stringify(underHubsId(question, shownId)) };
  if (reply?.isOpen === true) reply.event(event);
  else if (!session.tell(event)) {
    session.questions.forget(shownId);
    const message = "The client has no open stream on which the hub could ask it";
    answerItself({ error: { code: codes.methodNotFound, message } });
  }
}

/**
 * Drops a question that its server takes back. Returns the notification that tells the client, under the id
 * that the client knows; undefined when the client was not asked, or has answered.
 */
export function takeBack(
  session: ClientSession,
  link: LegacyLink,
  notification: JsonRpcNotification,
): JsonRpcNotification | undefined {
  const { params } = notification;
  const id = session.questions.idOf(link, params?.requestId);
  if (id === undefined) return undefined;
  session.questions.drop(id);
  return { ...notification, params: { ...params, requestId: id } };
}

function tooLong(place: string, value: unknown): JsonRpcError | undefined {
  if (typeof value !== "string" || value.length <= longestKept) return undefined;
  const message = `Expected ${place} of at most ${longestKept} characters, got ${value.length}`;
  return { code: codes.invalidRequest, message };
}

/** Ids and progress tokens of servers may be alike; those of the hub are not. */
function underHubsId(question: JsonRpcRequest, id: string): JsonRpcRequest {
  const meta = question.params?._meta;
  if (meta?.progressToken === undefined) return { ...question, id };
  return {
    ...question,
    id,
    params: { ...question.params, _meta: { ...meta, progressToken: id } },
  };
}
