import { isUtf8 } from "node:buffer";
import type { ToldAll } from "@hub/core/hubs";
import { settingOf } from "@hub/core/limits";
import { batchVersion, codes, errorText, type JsonRpcError, membersOf } from "@hub/mcp";
import { BatchReply } from "../reply/batch-reply.js";
import type { Reply } from "../reply/reply.js";
import { takesStream } from "../reply/takes-stream.js";
import type { GatewayContext } from "../upstream/context.js";
import type { MessageLimits } from "../wire/message-limits.js";
import { type Received, readMessage, type Unreadable } from "../wire/read-message.js";
import type { Incoming } from "./incoming.js";
import { eraOfMessage } from "./message-era.js";

export const noBatch: JsonRpcError = {
  code: codes.invalidRequest,
  message: `Invalid request: the hub accepts batches only in a session that agreed on ${batchVersion}. Send one message per request`,
};

type Batch = {
  readonly context: GatewayContext;
  readonly limits: MessageLimits;
  /** What its session agreed on; undefined when the hub does not know, or there is none. */
  readonly protocolVersion: string | undefined;
  /** Whether the session is one between client and server themselves, who know best whether it stands. */
  readonly isServers: boolean;
  readonly incoming: Incoming;
  /** The answer to all of it. */
  readonly reply: Reply;
  /** Hears that it is one, before anything of it is taken. */
  readonly onTaken?: () => void;
  /** Takes one message of it. Returns what resolves when other hubs have heard of it, where they must. */
  readonly take: (received: Received, reply: Reply) => Promise<ToldAll> | undefined;
  /** Answers a batch without requests, of which other hubs had to hear. */
  readonly onTold?: (all: readonly ToldAll[]) => void;
};

/** Splits a batch into its messages, each of which is judged, sent and answered as itself. */
export function takeBatch(batch: Batch, body: Buffer): void {
  const { context, incoming, limits, reply, isServers, take } = batch;
  const refuse = (message: string, code: number = codes.invalidRequest) =>
    reply.message(errorText(null, { code, message }), 400);
  if (batch.protocolVersion !== batchVersion) {
    refuse(noBatch.message);
    return;
  }
  const most = context.budgets.limit("batchMessages");
  const members = isUtf8(body) ? membersOf(body.toString("utf8"), most) : undefined;
  if (members === undefined) {
    refuse("Parse error: the body is not JSON in UTF-8", codes.parseError);
    return;
  }
  if (members.length > most) context.budgets.refused("batchMessages");
  if (members.length === 0 || members.length > most) {
    refuse(
      `Invalid request: expected a batch of 1 to ${most} messages (${settingOf("batchMessages")}), got ${members.length > most ? "more" : "none"}`,
    );
    return;
  }
  batch.onTaken?.();
  const whole = new BatchReply(reply, context.budgets, isServers);
  const all = members.map((text) => readMessage(Buffer.from(text, "utf8"), limits));
  const isAnswered = all.some((one) => "error" in one || one.parsed.kind === "request");
  // Whether a server knows its session shows in its first answer, and in the status of this one.
  if (!isServers && isAnswered && takesStream(incoming.request.headers)) whole.openStream();
  const telling: Promise<ToldAll>[] = [];
  for (const one of all) {
    const unfit = "error" in one ? one : unfitFor(one, incoming);
    if (unfit !== undefined) whole.part(unfit.id).message(errorText(unfit.id, unfit.error));
    else if ("parsed" in one) {
      const { kind, message } = one.parsed;
      const told = take(one, kind === "request" ? whole.part(message.id) : reply);
      if (told !== undefined) telling.push(told);
    }
  }
  const { onTold } = batch;
  // The status of an answer to requests is theirs.
  if (isAnswered || telling.length === 0 || onTold === undefined) whole.over();
  else Promise.all(telling).then(onTold).catch(incoming.onFault);
}

/** The error for a valid message that a batch must not contain; undefined for any other message. */
function unfitFor({ parsed }: Received, incoming: Incoming): Unreadable | undefined {
  const isHandshake = parsed.kind === "request" && parsed.message.method === "initialize";
  if (!isHandshake && eraOfMessage(parsed, incoming) === "legacy") return undefined;
  const what = isHandshake ? "initialize" : "a message of 2026-07-28";
  return {
    id: parsed.kind === "request" ? parsed.message.id : null,
    error: {
      code: codes.invalidRequest,
      message: `Invalid request: a batch must not contain ${what}`,
    },
  };
}
