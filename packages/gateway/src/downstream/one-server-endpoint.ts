import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import { codes, errorText, type JsonRpcId } from "@hub/mcp";
import { mayCallWhole } from "../catalogue/callable.js";
import { PassThrough } from "../relay/pass-through.js";
import type { PassedRequest } from "../relay/passed-request.js";
import type { SessionOwners } from "../relay/session-owners.js";
import { HttpReply } from "../reply/http-reply.js";
import type { Reply } from "../reply/reply.js";
import { sendText } from "../reply/send-text.js";
import { takeStreamPlace } from "../reply/stream-place.js";
import { hubSessionOf, type Sessions } from "../session/sessions.js";
import type { GatewayContext } from "../upstream/context.js";
import { namedBy } from "../upstream/modern.js";
import type { MessageLimits } from "../wire/message-limits.js";
import type { Received } from "../wire/read-message.js";
import { takeBatch } from "./batch.js";
import type { Incoming } from "./incoming.js";
import { eraOfMessage } from "./message-era.js";

/** The endpoint of one server: what is sent there crosses as it is, or the hub speaks for the server. */
export class OneServerEndpoint {
  readonly #context: GatewayContext;
  readonly #passThrough: PassThrough;
  readonly #sessions: Pick<Sessions, "knows">;
  readonly #bridge: (received: Received, incoming: Incoming) => void;

  /** `bridge` answers on the hub's own account; `sessions` are those that it opened, `owners` knows whose the others are. */
  constructor(
    context: GatewayContext,
    owners: SessionOwners,
    sessions: Pick<Sessions, "knows">,
    bridge: (received: Received, incoming: Incoming) => void,
  ) {
    this.#context = context;
    this.#passThrough = new PassThrough(context, owners);
    this.#sessions = sessions;
    this.#bridge = bridge;
  }

  /** Forgets what belongs to servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    this.#passThrough.retain(serverIds);
  }

  /** To one server: as it is when both sides speak alike, else with the hub between them. */
  take(received: Received, incoming: Incoming, entry: Entry): void {
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
      this.#bridge(received, incoming);
      return;
    }
    if (this.#isOthersSession(incoming, entry)) {
      sendText(response, 404, errorText(null, sessionNotFound), always);
      return;
    }
    const message = parsed.kind === "response" ? undefined : parsed.message;
    const isRefusable = isOpening || this.#isStray(incoming, entry);
    const mayRefuse = isRefusable && serverEra === "modern";
    this.#passOn(
      {
        method: "POST",
        headers: request.headers,
        body,
        via,
        principal: incoming.principal,
        peer: incoming.peer,
        entry,
        id: parsed.kind === "request" ? parsed.message.id : null,
        rpcMethod: message?.method,
        answers: parsed.kind === "response" ? parsed.message.id : undefined,
        name: message === undefined ? undefined : nameForTraffic(message),
        params: message?.params,
        isEndless: message?.method === "subscriptions/listen",
        always,
        takesOver: mayRefuse
          ? (status, refusing) => {
              // What servers of the modern revision alone say to a handshake they do not know, and in a session.
              if (status !== 400 && status !== 404 && status !== 405) return false;
              if (isOpening) refusing.legacySessions = "none";
              setImmediate(() => {
                try {
                  this.#bridge(received, incoming);
                } catch (error) {
                  incoming.onFault(error);
                }
              });
              return true;
            }
          : undefined,
      },
      response,
    );
  }

  /** Several messages at once, in a session with the server that agreed on the revision that has them. */
  takeBatch(
    body: Buffer,
    incoming: Incoming,
    entry: Entry,
    limits: MessageLimits,
    refusalOf: (id: JsonRpcId) => string | undefined,
  ): void {
    const { request, via, always, principal, peer } = incoming;
    const context = this.#context;
    const reply = new HttpReply(incoming, context);
    if (this.#isOthersSession(incoming, entry)) {
      reply.message(errorText(null, sessionNotFound), 404);
      return;
    }
    const sessionId = request.headers["mcp-session-id"];
    const protocolVersion =
      typeof sessionId === "string" ? this.#passThrough.versionOf(entry, sessionId) : undefined;
    const take = (received: Received, reply: Reply) => {
      const { kind, message } = received.parsed;
      const refused = kind === "request" ? refusalOf(message.id) : undefined;
      if (refused !== undefined) {
        reply.message(refused);
        return;
      }
      const passed: PassedRequest = {
        method: "POST",
        headers: request.headers,
        body: undefined,
        via,
        principal,
        peer,
        entry,
        id: kind === "request" ? message.id : null,
        rpcMethod: kind === "response" ? undefined : message.method,
        name: kind === "response" ? undefined : nameForTraffic(message),
        params: kind === "response" ? undefined : message.params,
        isEndless: false,
        always,
      };
      this.#passThrough.relayBatched(passed, received, reply);
    };
    takeBatch({ context, limits, protocolVersion, isServers: true, incoming, reply, take }, body);
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
    const { request, response, via, always, principal, peer } = incoming;
    if (this.#isOthersSession(incoming, entry)) {
      sendText(response, 404, errorText(null, sessionNotFound), always);
      return;
    }
    this.#passOn(
      {
        method,
        headers: request.headers,
        body: undefined,
        via,
        principal,
        peer,
        entry,
        id: null,
        rpcMethod: undefined,
        name: undefined,
        params: undefined,
        isEndless: method === "GET",
        always,
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

const sessionNotFound = {
  code: codes.sessionNotFound,
  message: "Session not found: initialize again",
};

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
