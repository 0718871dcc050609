import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import { errorText, type JsonRpcId, type JsonRpcRequest } from "@hub/mcp";
import { HeldCall, type Waited } from "../calls/held-call.js";
import type { MayWait } from "../calls/may-wait.js";
import { mayCallWhole } from "../catalogue/callable.js";
import { PassThrough, statusOfFailure } from "../relay/pass-through.js";
import type { PassedRequest } from "../relay/passed-request.js";
import type { SessionOwners } from "../relay/session-owners.js";
import { HttpReply } from "../reply/http-reply.js";
import type { Reply } from "../reply/reply.js";
import { sendText } from "../reply/send-text.js";
import { sessionNotFound } from "../reply/session-not-found.js";
import { takeStreamPlace } from "../reply/stream-place.js";
import { takesStream } from "../reply/takes-stream.js";
import { hubSessionOf, type Sessions } from "../session/sessions.js";
import type { GatewayContext } from "../upstream/context.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { namedBy } from "../upstream/modern.js";
import type { MessageLimits } from "../wire/message-limits.js";
import type { Received } from "../wire/read-message.js";
import { takeBatch } from "./batch.js";
import { type ExpectedStreams, type SessionAtServer, sessionAtServer } from "./expected-streams.js";
import type { Incoming } from "./incoming.js";
import { eraOfMessage } from "./message-era.js";

/** Sends a request to its server as that is now; `held`: after it has waited for it. */
type SendNow = (received: Received, reply: Reply, entry: Entry, held?: HeldCall) => void;

/** Answers on the hub's own account; `waited`: it has waited for the server that it is for. */
type Bridge = (received: Received, incoming: Incoming, waited?: Waited) => void;

/** A message for a server. */
type Asked = {
  readonly received: Received;
  readonly incoming: Incoming;
  readonly entry: Entry;
  /** Its place in the answer to a batch; undefined when it came alone. */
  readonly part: Reply | undefined;
  readonly send: SendNow;
};

export type OneServerEndpointOptions = {
  /** Knows whose the sessions of servers are. */
  readonly owners: SessionOwners;
  /** Those that the hub opened. */
  readonly sessions: Pick<Sessions, "knows">;
  readonly streams: ExpectedStreams;
  /** Answers on the hub's own account. */
  readonly bridge: Bridge;
};

/** The endpoint of one server: what is sent there crosses as it is, or the hub speaks for the server. */
export class OneServerEndpoint {
  readonly #context: GatewayContext;
  readonly #passThrough: PassThrough;
  readonly #sessions: Pick<Sessions, "knows">;
  readonly #bridge: Bridge;
  readonly #streams: ExpectedStreams;

  constructor(
    context: GatewayContext,
    { owners, sessions, streams, bridge }: OneServerEndpointOptions,
  ) {
    this.#context = context;
    this.#streams = streams;
    this.#passThrough = new PassThrough(context, owners);
    this.#sessions = sessions;
    this.#bridge = bridge;
  }

  /** Forgets what belongs to servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    this.#passThrough.retain(serverIds);
  }

  /**
   * To one server: as it is when both sides speak alike, else with the hub between them. `held`: it has
   * waited for its server.
   */
  take(received: Received, incoming: Incoming, entry: Entry, held?: HeldCall): void {
    const { parsed, body } = received;
    const { request, response, via, always } = incoming;
    const era = eraOfMessage(parsed, incoming);
    const instance = this.#context.instances.first(entry);
    const serverEra = instance === undefined ? entry.snapshot?.era : instance.eraIn(entry);
    const isOpening = parsed.kind === "request" && parsed.message.method === "initialize";
    const isDiscover = parsed.kind === "request" && parsed.message.method === "server/discover";
    const isBridged =
      isNarrowed(incoming, entry) ||
      instance?.transport === "sse" ||
      // To the question which revision it speaks the server answers itself: who can speak both keeps its state.
      (era === "modern" && serverEra === "legacy" && (incoming.wantsModern || !isDiscover)) ||
      (era === "legacy" &&
        serverEra === "modern" &&
        isOpening &&
        instance?.legacySessions === "none") ||
      (era === "legacy" && this.#isOwnSession(incoming, entry) && !isOpening);
    if (isBridged) {
      // Its server may have come back as one that does not speak as its client does.
      this.#bridge(received, incoming, held && { held, entry });
      return;
    }
    if (this.#isOthersSession(incoming, entry)) {
      const text = errorText(null, sessionNotFound);
      if (held === undefined) sendText(response, 404, text, always);
      else held.refuse(text, 404);
      return;
    }
    const message = parsed.kind === "response" ? undefined : parsed.message;
    const send: SendNow = (_received, _reply, current, waited) =>
      this.take(received, incoming, current, waited);
    const waits =
      held?.waits ?? this.#waits({ received, incoming, entry, part: undefined, send }, instance);
    if (waits === "waiting") return;
    const session = held === undefined ? sessionOf(incoming, entry) : undefined;
    const isBeginning = message?.method === "notifications/initialized";
    const beginning = session && isBeginning ? this.#streams.begins(session) : undefined;
    const isRefusable = isOpening || this.#isStray(incoming, entry);
    const mayRefuse = isRefusable && serverEra === "modern";
    const passed: PassedRequest = {
      ...waits,
      method: "POST",
      headers: request.headers,
      body,
      via,
      principal: incoming.principal,
      from: incoming.from,
      peer: incoming.peer,
      whileOpen: incoming.whileOpen,
      entry,
      id: parsed.kind === "request" ? parsed.message.id : null,
      rpcMethod: message?.method,
      answers: parsed.kind === "response" ? parsed.message.id : undefined,
      name: message === undefined ? undefined : nameForTraffic(message),
      params: message?.params,
      isEndless: message?.method === "subscriptions/listen",
      always,
      takesOver: (status, refusing) => {
        beginning?.onAnswered();
        // What servers of the modern revision alone say to a handshake they do not know, and in a session.
        if (!mayRefuse || (status !== 400 && status !== 404 && status !== 405)) return false;
        if (isOpening) refusing.legacySessions = "none";
        setImmediate(() => {
          try {
            this.#bridge(received, incoming);
          } catch (error) {
            incoming.onFault(error);
          }
        });
        return true;
      },
    };
    // A stream that tells how it waits has begun already, so the rest comes message by message.
    if (held?.reply.isStream === true) this.#passThrough.relayEvents(passed, held.reply);
    else {
      const opening = beginning?.told ?? (session && this.#streams.over(session));
      after(opening, incoming, () => this.#passOn(passed, response));
    }
  }

  /** How a request waits for its server, or that it waits already; nothing else does. */
  #waits(asked: Asked, best: UpstreamInstance | undefined): MayWait | "waiting" | undefined {
    const { received, incoming, entry } = asked;
    const { parsed } = received;
    if (parsed.kind !== "request" || parsed.message.method === "subscriptions/listen")
      return undefined;
    const held = () => this.#held(asked, parsed.message);
    const session = incoming.request.headers["mcp-session-id"];
    const home = typeof session === "string" ? this.#passThrough.homeOf(entry, session) : undefined;
    if (this.#context.restarts.mustWait(entry, best, home) && held().wait()) return "waiting";
    return { onUnreached: (failure, running) => held().wait(failure, running) };
  }

  #held({ received, incoming, entry, part, send }: Asked, message: JsonRpcRequest): HeldCall {
    const reply = part ?? new HttpReply(incoming, this.#context);
    const { headers } = incoming.request;
    const { id, method, params } = message;
    // Who has a session with the server must hear by the status that the server has forgotten it.
    const takesNotices =
      headers["mcp-session-id"] === undefined && method !== "initialize" && takesStream(headers);
    return new HeldCall(this.#context, {
      entry,
      id,
      method,
      name: nameForTraffic(message),
      client: undefined,
      principal: incoming.principal,
      params,
      bytes: received.text.length,
      reply,
      progressToken: takesNotices ? params?._meta?.progressToken : undefined,
      statusOf: statusOfFailure,
      send: (current, held) => send(received, reply, current, held),
    });
  }

  /** Several messages at once, in a session with the server that agreed on the revision that has them. */
  takeBatch(
    body: Buffer,
    incoming: Incoming,
    entry: Entry,
    limits: MessageLimits,
    refusalOf: (id: JsonRpcId) => string | undefined,
  ): void {
    const { request, via, always, principal, from, peer } = incoming;
    const context = this.#context;
    const reply = new HttpReply(incoming, context);
    if (this.#isOthersSession(incoming, entry)) {
      reply.message(errorText(null, sessionNotFound), 404);
      return;
    }
    const sessionId = request.headers["mcp-session-id"];
    const protocolVersion =
      typeof sessionId === "string" ? this.#passThrough.versionOf(entry, sessionId) : undefined;
    const sendOne = (received: Received, reply: Reply, current: Entry, held?: HeldCall) => {
      const { kind, message } = received.parsed;
      const best = context.instances.first(current);
      const asked = { received, incoming, entry: current, part: reply, send: sendOne };
      const waits = held?.waits ?? this.#waits(asked, best);
      if (waits === "waiting") return;
      const passed: PassedRequest = {
        ...waits,
        method: "POST",
        headers: request.headers,
        body: undefined,
        via,
        principal,
        from,
        peer,
        whileOpen: incoming.whileOpen,
        entry: current,
        id: kind === "request" ? message.id : null,
        rpcMethod: kind === "response" ? undefined : message.method,
        name: kind === "response" ? undefined : nameForTraffic(message),
        params: kind === "response" ? undefined : message.params,
        isEndless: false,
        always,
      };
      this.#passThrough.relayBatched(passed, received, reply);
    };
    const take = (received: Received, reply: Reply) => {
      const { kind, message } = received.parsed;
      const refused = kind === "request" ? refusalOf(message.id) : undefined;
      if (refused === undefined) sendOne(received, reply, entry);
      else reply.message(refused);
      return undefined;
    };
    const session = sessionOf(incoming, entry);
    const opening = session && this.#streams.over(session);
    after(opening, incoming, () =>
      takeBatch({ context, limits, protocolVersion, isServers: true, incoming, reply, take }, body),
    );
  }

  /** Whether a GET, a DELETE or a batch is for the server itself, not for a session that the hub opened. */
  isForServer(incoming: Incoming, entry: Entry): boolean {
    return (
      !isNarrowed(incoming, entry) &&
      !this.#isOverSse(entry) &&
      !this.#isOwnSession(incoming, entry)
    );
  }

  /** A GET opens a stream of the server's, a DELETE ends a session there. */
  passStream(method: "GET" | "DELETE", incoming: Incoming, entry: Entry): void {
    const { request, response, via, always, principal, from, peer } = incoming;
    if (this.#isOthersSession(incoming, entry)) {
      sendText(response, 404, errorText(null, sessionNotFound), always);
      return;
    }
    const session = method === "GET" ? sessionOf(incoming, entry) : undefined;
    const isOpen = session && this.#streams.ask(session);
    if (isOpen !== undefined) response.once("close", isOpen);
    this.#passOn(
      {
        method,
        headers: request.headers,
        body: undefined,
        via,
        principal,
        from,
        peer,
        whileOpen: incoming.whileOpen,
        entry,
        id: null,
        rpcMethod: undefined,
        name: undefined,
        params: undefined,
        isEndless: method === "GET",
        always,
        takesOver: () => {
          isOpen?.();
          return false;
        },
      },
      response,
    );
  }

  #passOn(passed: PassedRequest, response: ServerResponse): void {
    const refused = passed.isEndless
      ? takeStreamPlace(this.#context, { ...passed, response }, passed.id)
      : undefined;
    if (refused === undefined) this.#passThrough.relay(passed, response);
    else sendText(response, refused.status, refused.text, { ...passed.always, ...refused.headers });
  }

  /**
   * Whether a request is in a session that this hub opened, whether or not it still stands. The server may be
   * a hub as well, whose ids look the same: its sessions are those that it opened, and those that nobody here
   * knows where it may have.
   */
  #isOwnSession({ request }: Incoming, entry: Entry): boolean {
    const id = hubSessionOf(request);
    if (id === undefined || this.#sessions.knows(id)) return id !== undefined;
    const opensNone = this.#context.instances.first(entry)?.legacySessions === "none";
    return opensNone && !this.#passThrough.knows(entry, id);
  }

  /** Whether a request is in a session of the server's that was given to somebody else, as far as anybody knows. */
  #isOthersSession({ request, principal }: Incoming, entry: Entry): boolean {
    const id = request.headers["mcp-session-id"];
    return typeof id === "string" && !this.#passThrough.isOf(principal, entry, id);
  }

  /** Whether a request is in a session of a hub's that nobody here knows: an ended one, or of before a restart. */
  #isStray({ request }: Incoming, entry: Entry): boolean {
    const id = hubSessionOf(request);
    return id !== undefined && !this.#sessions.knows(id) && !this.#passThrough.knows(entry, id);
  }

  /**
   * True for a server over HTTP+SSE. Clients of Streamable HTTP cannot read its messages, so the hub always
   * translates.
   */
  #isOverSse(entry: Entry): boolean {
    return this.#context.instances.first(entry)?.transport === "sse";
  }
}

/** Undefined for what is in no session: there, one client would wait for another. */
function sessionOf({ request }: Incoming, { record }: Entry): SessionAtServer | undefined {
  const sessionId = request.headers["mcp-session-id"];
  return typeof sessionId === "string" ? sessionAtServer(record.id, sessionId) : undefined;
}

/** Runs it when that is over, unless the client has gone meanwhile; at once where there is nothing to wait for. */
function after(
  opening: Promise<unknown> | undefined,
  { response, onFault }: Incoming,
  run: () => void,
): void {
  if (opening === undefined) run();
  else
    opening
      .then(() => {
        if (!response.closed) run();
      })
      .catch(onFault);
}

/**
 * Whether somebody may call some tools of a server and no more. Then the hub speaks for the server: what it
 * says itself names the others too.
 */
function isNarrowed({ selection }: Incoming, { record }: Entry): boolean {
  return !mayCallWhole(selection, record);
}

/** URIs of resources are too many to count one by one. */
function nameForTraffic({ method, params }: { method: string; params?: Record<string, unknown> }) {
  return method === "resources/read" ? undefined : namedBy(method, params);
}
