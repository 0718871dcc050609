import { HubError } from "@hub/core";
import type { SessionLink, SessionMessage, SessionResource, ToldAll } from "@hub/core/hubs";
import {
  codes,
  errorText,
  type JsonRpcId,
  type JsonRpcRequest,
  legacyVersions,
  type Message,
  messageOf,
} from "@hub/mcp";
import { failureError, type GatewayFailure } from "../errors.js";
import { HttpReply } from "../reply/http-reply.js";
import type { Reply } from "../reply/reply.js";
import { sessionNotFound } from "../reply/session-not-found.js";
import { takeStreamPlace } from "../reply/stream-place.js";
import { takesStream } from "../reply/takes-stream.js";
import type { ClientSession } from "../session/client-session.js";
import type { Sessions } from "../session/sessions.js";
import type { MessageLimits } from "../wire/message-limits.js";
import type { Received } from "../wire/read-message.js";
import { takeBatch } from "./batch.js";
import { brokeOffText, callOf, streamIdOf } from "./broken-stream.js";
import { passNotification } from "./client-notifications.js";
import type { Incoming } from "./incoming.js";
import type { LegacyEndpointOptions } from "./legacy-endpoint-options.js";
import { answerRequest } from "./legacy-requests.js";
import { OpeningStreams } from "./opening-streams.js";
import { resumeStream } from "./resume-stream.js";
import { type Opening, SessionOpening } from "./session-opening.js";

const retryLater = { "retry-after": "5" };
const notStored =
  "The session has ended, but the hub's store cannot write, so a restart of the hub would bring the session back. Send DELETE again when the store can write.";

/** Answers clients of the 2025 revisions: a session each, and a stream for what belongs to no call. */
export class LegacyEndpoint {
  readonly sessions: Sessions;
  readonly #options: LegacyEndpointOptions;
  readonly #opening: SessionOpening;
  readonly #openingStreams = new OpeningStreams();

  constructor(options: LegacyEndpointOptions) {
    this.#options = options;
    this.#opening = new SessionOpening(options);
    this.sessions = this.#opening.sessions;
  }

  /** Opens a session, and answers with it. */
  initialize(message: JsonRpcRequest, incoming: Incoming, reply: Reply, opening?: Opening): void {
    this.#opening.initialize(message, incoming, reply, opening);
  }

  handle(received: Received, incoming: Incoming): void {
    const { parsed } = received;
    const reply = new HttpReply(incoming, this.#options.context);
    if (parsed.kind === "request" && parsed.message.method === "initialize") {
      this.initialize(parsed.message, incoming, reply);
      return;
    }
    this.#admit(incoming, reply, (session) => {
      if (!isHandshake(parsed)) session.use();
      // As the SDKs' servers answer whom a stream suits.
      if (parsed.kind === "request" && takesStream(incoming.request.headers)) {
        reply.preferStream();
        reply.nameFirstEvent(streamIdOf(parsed.message.id));
      }
      const taken = this.take(session, received, incoming, reply);
      if (parsed.kind === "request") return;
      if (taken === undefined) reply.empty(202);
      else taken.then((told) => answerTold(reply, told)).catch(incoming.onFault);
    });
  }

  /**
   * Several messages at once, as one of the revisions has them. `refusalOf` answers each request that is not
   * to be taken, by its id.
   */
  handleBatch(
    body: Buffer,
    incoming: Incoming,
    limits: MessageLimits,
    refusalOf: (id: JsonRpcId) => string | undefined,
  ): void {
    const { context } = this.#options;
    const reply = new HttpReply(incoming, context);
    this.#admit(incoming, reply, (session) => {
      const take = (received: Received, part: Reply) => {
        const { kind, message } = received.parsed;
        const refused = kind === "request" ? refusalOf(message.id) : undefined;
        if (refused === undefined) return this.take(session, received, incoming, part);
        part.message(refused);
        return undefined;
      };
      const { protocolVersion } = session.identity;
      const onTaken = () => session.use();
      const isServers = false;
      const onTold = (all: readonly ToldAll[]) => answerTold(reply, worstOf(all));
      takeBatch(
        { context, limits, protocolVersion, isServers, incoming, reply, onTaken, take, onTold },
        body,
      );
    });
  }

  /**
   * Takes a message in a session; only a request has an answer. Returns what resolves when other hubs have heard of
   * it, where they must.
   */
  take(
    session: ClientSession,
    received: Received,
    incoming: Incoming,
    reply: Reply,
  ): Promise<ToldAll> | undefined {
    const { parsed } = received;
    const { onFault, principal } = incoming;
    this.#opening.renew(session, principal);
    if (parsed.kind === "request")
      answerRequest(this.#options, session, parsed.message, received, reply, onFault);
    else if (!takeHere(session, parsed)) return this.#passOn(session, parsed.message);
    return undefined;
  }

  /** What a client told another hub about something that may be here. False when it is not. */
  takeFromPeer({ sessionId, principalId, message }: SessionMessage): boolean {
    const session = this.sessions.openOf(sessionId, principalId);
    const told = messageOf(message);
    if (session === undefined || told === undefined || told.kind === "request") return false;
    return takeHere(session, told);
  }

  /** Another hub is about to call a server. Resolves with whether the client listens here, when the server is heard. */
  async listenFor(link: SessionLink): Promise<boolean> {
    const session = await this.#listening(link);
    await session?.servers.listenTo(link.serverId);
    return session?.hasStream === true;
  }

  /** Another hub follows a resource. Resolves with whether the client listens here, when it is followed here, too. */
  async followFor(resource: SessionResource): Promise<boolean> {
    const session = await this.#listening(resource);
    await session?.followed.whenFollowed(resource.uri);
    return session?.hasStream === true;
  }

  /** The session, as other hubs left it, when its client listens here. */
  async #listening({
    sessionId,
    principalId,
  }: SessionLink | SessionResource): Promise<ClientSession | undefined> {
    await this.#openingStreams.over(sessionId);
    if (this.sessions.openOf(sessionId, principalId)?.hasStream !== true) return undefined;
    await this.sessions.look(sessionId);
    return this.sessions.openOf(sessionId, principalId);
  }

  /** The call that it is about may run at another hub, where the same session goes on. */
  #passOn(session: ClientSession, message: object): Promise<ToldAll> | undefined {
    const { peers } = this.#options;
    if (peers === undefined) return undefined;
    const told: SessionMessage = {
      kind: "session-message",
      principalId: session.principal.id,
      sessionId: session.id,
      message,
    };
    return peers.tellAll(told);
  }

  /** A client asks for a stream in a session. Returns what `openStream` calls when it is there. */
  expectStream({ request, response }: Incoming): () => void {
    const id = request.headers["mcp-session-id"];
    if (typeof id !== "string") return () => {};
    const isOver = this.#openingStreams.begin(id);
    response.once("close", isOver);
    return isOver;
  }

  /**
   * GET: a stream for what belongs to no call, or the rest of one that broke off. `onOpened`: the client hears its
   * servers there.
   */
  openStream(incoming: Incoming, onOpened: () => void): void {
    const { headers } = incoming.request;
    const reply = new HttpReply(incoming, this.#options.context);
    // Without a session this may as well be a client of the modern revision, which knows no GET.
    if (headers["mcp-session-id"] === undefined) {
      reply.message(refusal("GET needs an Mcp-Session-Id"), 405, { allow: "POST" });
      return;
    }
    if (!takesStream(headers)) {
      reply.message(refusal("GET must accept text/event-stream"), 406);
      return;
    }
    const lastEventId = headers["last-event-id"];
    this.#admit(incoming, reply, (session) => {
      // What is opened for a client that has gone meanwhile, nobody would close.
      if (!reply.isOpen) return;
      const lost = typeof lastEventId === "string" ? callOf(lastEventId) : undefined;
      if (lost !== undefined) {
        reply.preferStream();
        reply.message(brokeOffText(lost));
        return;
      }
      const refused = takeStreamPlace(this.#options.context, incoming, null);
      if (refused !== undefined) {
        reply.message(refused.text, refused.status, refused.headers);
        return;
      }
      session.use();
      this.#opening.renew(session, incoming.principal);
      reply.openStream({ "mcp-session-id": session.id });
      session.addStream(reply);
      if (typeof lastEventId === "string")
        resumeStream(this.#options.context, session, reply, lastEventId);
      this.#opening.look(session);
      // Another hub may have opened sessions with servers while nobody listened here.
      this.sessions.look(session.id).then(onOpened).catch(incoming.onFault);
    });
  }

  endSession(incoming: Incoming): void {
    const reply = new HttpReply(incoming, this.#options.context);
    const id = incoming.request.headers["mcp-session-id"];
    if (id === undefined) {
      reply.message(refusal("DELETE needs an Mcp-Session-Id"), 405, { allow: "POST" });
      return;
    }
    // A session that was ended with 200 stays ended, also after a restart of the hub.
    const answer = (isStored: boolean) => {
      if (isStored) reply.empty(200);
      else reply.message(refusal(notStored), 503, retryLater);
    };
    const ended = typeof id === "string" ? this.sessions.endAgain(id, incoming.peer) : undefined;
    if (ended !== undefined) {
      ended.then(answer).catch(incoming.onFault);
      return;
    }
    this.#admit(incoming, reply, (session) => {
      this.sessions.end(session).then(answer).catch(incoming.onFault);
    });
  }

  /** Calls `run` with the session of a request, or answers that there is none. */
  #admit(incoming: Incoming, reply: Reply, run: (session: ClientSession) => void): void {
    const { headers } = incoming.request;
    const id = headers["mcp-session-id"];
    if (id === undefined) {
      reply.message(refusal("Bad Request: Mcp-Session-Id header is required"), 400);
      return;
    }
    const known = typeof id === "string" ? this.sessions.use(id, incoming.principal) : undefined;
    if (known !== undefined || typeof id !== "string" || !this.sessions.isKept(id)) {
      this.#enter(known, incoming, reply, run);
      return;
    }
    this.#opening
      .revive(id, incoming)
      .then((session) => this.#enter(session, incoming, reply, run))
      .catch((error: unknown) => {
        if (HubError.is(error)) reply.message(refusal(error.message), 503, retryLater);
        else incoming.onFault(error);
      });
  }

  #enter(
    session: ClientSession | undefined,
    { request, selection }: Incoming,
    reply: Reply,
    run: (session: ClientSession) => void,
  ): void {
    const version = request.headers["mcp-protocol-version"];
    // A session belongs to the endpoint it was opened at.
    if (session?.selection.endpoint !== selection.endpoint) {
      reply.message(errorText(null, sessionNotFound), 404);
    } else if (typeof version === "string" && !legacyVersions.includes(version)) {
      reply.message(
        refusal(
          `Bad Request: Unsupported protocol version (supported: ${legacyVersions.join(", ")})`,
        ),
        400,
      );
    } else run(session);
  }
}

/** Whether what a client tells is about something that is here. */
function takeHere(session: ClientSession, told: Exclude<Message, { readonly kind: "request" }>) {
  return told.kind === "notification"
    ? passNotification(session, told.message)
    : session.questions.answer(told.message);
}

/** Whether what a client told has come to where it is wanted. */
function answerTold(reply: Reply, told: ToldAll): void {
  if (told === "not-all-told")
    reply.message(errorText(null, failureError(notAllTold)), 503, retryLater);
  else if (told === "refused") reply.message(errorText(null, failureError(toldInVain)), 503);
  else reply.empty(202);
}

/** What is to be said of several messages in one answer. */
function worstOf(all: readonly ToldAll[]): ToldAll {
  const failures = ["not-all-told", "refused"] as const;
  return failures.find((told) => all.includes(told)) ?? "taken";
}

const notAllTold: GatewayFailure = {
  code: "HELD_ELSEWHERE",
  cause: "the call that this is about may run at a hub that cannot be reached from this one.",
  fix: "Send the same message again in some seconds.",
  mayHaveRun: true,
};

const toldInVain: GatewayFailure = {
  code: "HELD_ELSEWHERE",
  cause:
    "the call that this is about may run at a hub that takes no message of that size, or is of another version.",
  fix: "To send the same message again is in vain. The operator can give all hubs the same version and the same settings.",
  mayHaveRun: true,
};

function isHandshake({ kind, message }: Message): boolean {
  return kind === "notification" && message.method === "notifications/initialized";
}

function refusal(message: string): string {
  return errorText(null, { code: codes.badRequest, message });
}
