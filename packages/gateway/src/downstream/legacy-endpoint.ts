import { HubError, isJsonObject } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { settingOf } from "@hub/core/limits";
import {
  codes,
  errorText,
  type JsonRpcId,
  type JsonRpcRequest,
  legacyVersions,
  type Message,
  newestLegacyVersion,
  resultText,
} from "@hub/mcp";
import type { ChangeKind } from "../catalogue/view.js";
import { failureError } from "../errors.js";
import { HttpReply } from "../reply/http-reply.js";
import { refuseMore } from "../reply/refuse-more.js";
import type { Reply } from "../reply/reply.js";
import { takeStreamPlace } from "../reply/stream-place.js";
import { ClientIdentity } from "../session/client-identity.js";
import type { ClientSession } from "../session/client-session.js";
import { Sessions } from "../session/sessions.js";
import type { MessageLimits } from "../wire/message-limits.js";
import type { Received } from "../wire/read-message.js";
import { takeBatch } from "./batch.js";
import { passNotification } from "./client-notifications.js";
import { followAgain } from "./follow-resource.js";
import { capabilitiesOf, instructionsOf, serverInfoOf } from "./identity.js";
import type { Incoming } from "./incoming.js";
import type { LegacyEndpointOptions } from "./legacy-endpoint-options.js";
import { answerRequest } from "./legacy-requests.js";
import type { Listening } from "./listeners.js";
import { passOutside } from "./outside-messages.js";
import { resumeStream } from "./resume-stream.js";

type Opening = {
  readonly isKept?: boolean;
  readonly onOpened?: (session: ClientSession) => void;
};

const retryLater = { "retry-after": "5" };
const notStored =
  "The session has ended, but the hub's store cannot write, so a restart of the hub would bring the session back. Send DELETE again when the store can write.";

const everyChange = new Set(["tools", "prompts", "resources"] as const);

/** Answers clients of the 2025 revisions: a session each, and a stream for what belongs to no call. */
export class LegacyEndpoint {
  readonly #options: LegacyEndpointOptions;
  readonly sessions: Sessions;
  readonly #listening = new Map<ClientSession, Listening>();

  constructor(options: LegacyEndpointOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.context, options.sessions, (session) => {
      this.#listening.get(session)?.stop();
      this.#listening.delete(session);
    });
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
      const isStreamTaken = incoming.request.headers.accept?.includes("text/event-stream") === true;
      if (parsed.kind === "request" && isStreamTaken) reply.preferStream();
      this.take(session, received, incoming, reply);
      if (parsed.kind !== "request") reply.empty(202);
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
        if (refused === undefined) this.take(session, received, incoming, part);
        else part.message(refused);
      };
      const { protocolVersion } = session.identity;
      const onTaken = () => session.use();
      const isServers = false;
      takeBatch(
        { context, limits, protocolVersion, isServers, incoming, reply, onTaken, take },
        body,
      );
    });
  }

  /** Takes a message in a session; only a request has an answer. */
  take(session: ClientSession, received: Received, incoming: Incoming, reply: Reply): void {
    const { parsed } = received;
    const { onFault, principal } = incoming;
    this.#renew(session, principal);
    if (parsed.kind === "request")
      answerRequest(this.#options, session, parsed.message, received, reply, onFault);
    else if (parsed.kind === "notification") passNotification(session, parsed.message);
    else session.questions.answer(parsed.message);
  }

  /** GET: a stream for what belongs to no call, or the rest of one that broke off. */
  openStream(incoming: Incoming): void {
    const { headers } = incoming.request;
    const reply = new HttpReply(incoming, this.#options.context);
    // Without a session this may as well be a client of the modern revision, which knows no GET.
    if (headers["mcp-session-id"] === undefined) {
      reply.message(refusal("GET needs an Mcp-Session-Id"), 405, { allow: "POST" });
      return;
    }
    if (headers.accept?.includes("text/event-stream") !== true) {
      reply.message(refusal("GET must accept text/event-stream"), 406);
      return;
    }
    this.#admit(incoming, reply, (session) => {
      const refused = takeStreamPlace(this.#options.context, incoming, null);
      if (refused !== undefined) {
        reply.message(refused.text, refused.status, refused.headers);
        return;
      }
      session.use();
      this.#renew(session, incoming.principal);
      reply.openStream({ "mcp-session-id": session.id });
      session.addStream(reply);
      const lastEventId = headers["last-event-id"];
      if (typeof lastEventId === "string")
        resumeStream(this.#options.context, session, reply, lastEventId);
      this.#listening.get(session)?.look();
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
    this.#revive(id, incoming)
      .then((session) => this.#enter(session, incoming, reply, run))
      .catch((error: unknown) => {
        if (HubError.is(error)) reply.message(refusal(error.message), 503, retryLater);
        else incoming.onFault(error);
      });
  }

  /** What a session shows is what whoever asks may call now. */
  #renew(session: ClientSession, principal: Principal): void {
    if (session.renew(principal)) this.#listening.get(session)?.look();
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
      const error = { code: codes.sessionNotFound, message: "Session not found: initialize again" };
      reply.message(errorText(null, error), 404);
    } else if (typeof version === "string" && !legacyVersions.includes(version)) {
      reply.message(
        refusal(
          `Bad Request: Unsupported protocol version (supported: ${legacyVersions.join(", ")})`,
        ),
        400,
      );
    } else run(session);
  }

  /** Opens a session of an earlier process of the hub again. */
  #revive(id: string, incoming: Incoming): Promise<ClientSession | undefined> {
    const { context, watchers } = this.#options;
    const { selection, selectionFor, principal } = incoming;
    return this.sessions.revive(
      id,
      selection.endpoint,
      {
        principal,
        selection: selectionFor,
        onOutside: (session, link, event) => passOutside(context, session, link, event),
      },
      (session, followed) => {
        // The hub does not know which lists the client has seen, so it announces all of them when
        // the client listens again.
        this.#tellChanges(session, true);
        followAgain({ context, watchers }, session, followed);
      },
    );
  }

  #tellChanges(session: ClientSession, isBehind: boolean): void {
    const tell = (kind: ChangeKind) =>
      session.tell({
        data: JSON.stringify({ jsonrpc: "2.0", method: `notifications/${kind}/list_changed` }),
      });
    const { listeners } = this.#options;
    const selection = () => session.selection;
    this.#listening.set(session, listeners.add(selection, everyChange, tell, { isBehind }));
  }

  /**
   * Opens a session, and answers with it. `isKept`: it outlives the hub's process, where sessions do.
   * Default: it does. `onOpened` hears of it before the answer goes out.
   */
  initialize(
    message: JsonRpcRequest,
    incoming: Incoming,
    reply: Reply,
    { isKept = true, onOpened }: Opening = {},
  ): void {
    const { context, version } = this.#options;
    const { protocolVersion, capabilities, clientInfo } = message.params ?? {};
    if (typeof protocolVersion !== "string" || !isJsonObject(capabilities)) {
      const text = "Expected params.protocolVersion and params.capabilities";
      reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
      return;
    }
    const agreed = legacyVersions.includes(protocolVersion) ? protocolVersion : newestLegacyVersion;
    const info = clientInfo ?? { name: "unknown", version: "0" };
    const identity = new ClientIdentity(agreed, capabilities, info);
    const { budgets } = context;
    const mostBytes = budgets.limit("identityBytes");
    if (identity.bytes > mostBytes) {
      budgets.refused("identityBytes");
      const cause = `params.capabilities and params.clientInfo may have at most ${mostBytes} bytes together, these have ${identity.bytes}.`;
      const failure = { code: "IDENTITY_TOO_LARGE", cause, mayHaveRun: false } as const;
      reply.message(errorText(message.id, failureError(failure)));
      return;
    }
    const { selection, selectionFor, via } = incoming;
    const session = this.sessions.create(
      {
        selection: selectionFor,
        via,
        identity,
        peer: incoming.peer,
        principal: incoming.principal,
        onOutside: (one, link, event) => passOutside(context, one, link, event),
      },
      isKept,
    );
    if ("full" in session) {
      const { full } = session;
      const most =
        full === "sessions"
          ? `this address already has its share of the hub's ${budgets.shareText(full, "sessions")}`
          : `this token, person or workload already has its ${budgets.limit(full)} sessions (${settingOf(full)})`;
      const cause = `${most}, and all of them have been used.`;
      const { retryAfterMs } = this.sessions;
      const failure = { code: "TOO_MANY_SESSIONS", cause } as const;
      const refused = refuseMore(budgets, full, message.id, failure, retryAfterMs);
      reply.message(refused.text, refused.status, refused.headers);
      return;
    }
    this.#tellChanges(session, false);
    onOpened?.(session);
    const view = context.views.of(selection);
    const instructions = instructionsOf(view);
    const text = resultText(message.id, {
      protocolVersion: agreed,
      capabilities: capabilitiesOf(view, false),
      serverInfo: serverInfoOf(view, version),
      ...(instructions === undefined ? {} : { instructions }),
    });
    // Whoever knows its id can go on with it, whatever becomes of the hub's process.
    this.sessions
      .written()
      .then(() => reply.message(text, 200, { "mcp-session-id": session.id }))
      .catch(incoming.onFault);
  }
}

function isHandshake({ kind, message }: Message): boolean {
  return kind === "notification" && message.method === "notifications/initialized";
}

function refusal(message: string): string {
  return errorText(null, { code: codes.badRequest, message });
}
