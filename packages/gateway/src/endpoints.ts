import type { IncomingMessage, ServerResponse } from "node:http";
import { type Entry, HubError } from "@hub/core";
import { type Policy, type Principal, policyOf } from "@hub/core/access";
import type { HubPeers, OpeningStream } from "@hub/core/hubs";
import { codes, errorText, type JsonRpcId, type JsonRpcRequest } from "@hub/mcp";
import type { Waited } from "./calls/held-call.js";
import { narrowedTo } from "./catalogue/callable.js";
import { revisionIn, type Selection } from "./catalogue/selection.js";
import type { Selected, Selections } from "./catalogue/selections.js";
import { noBatch } from "./downstream/batch.js";
import { ExpectedStreams } from "./downstream/expected-streams.js";
import type { Incoming } from "./downstream/incoming.js";
import type { LegacyEndpoint } from "./downstream/legacy-endpoint.js";
import { eraOfMessage } from "./downstream/message-era.js";
import type { ModernEndpoint } from "./downstream/modern-endpoint.js";
import { OneServerEndpoint } from "./downstream/one-server-endpoint.js";
import { receiveMessage } from "./downstream/receive-message.js";
import { SseEndpoint, streamIn } from "./downstream/sse-endpoint.js";
import { failureError } from "./errors.js";
import type { HubEndpoint } from "./hub-endpoint.js";
import type { SessionOwners } from "./relay/session-owners.js";
import { peerOf } from "./reply/peer.js";
import { sendText } from "./reply/send-text.js";
import { hubSessionOf } from "./session/sessions.js";
import { faultOf } from "./upstream/call-failures.js";
import type { GatewayContext } from "./upstream/context.js";
import type { MessageLimits } from "./wire/message-limits.js";
import type { Received } from "./wire/read-message.js";

/** Who asks, from where, and how long: see `Incoming`. */
export type AskedBy = Pick<Incoming, "principal"> & Partial<Pick<Incoming, "from" | "whileOpen">>;

export type EndpointsOptions = {
  readonly context: GatewayContext;
  readonly selections: Selections;
  readonly clientMessages: MessageLimits;
  readonly modern: ModernEndpoint;
  readonly legacy: LegacyEndpoint;
  readonly owners: SessionOwners;
  /** Other hubs on the same store. Undefined where there is none. */
  readonly peers: HubPeers | undefined;
  /** Other hubs may have the sessions that clients name. */
  readonly isShared: boolean;
};

/**
 * Which endpoint answers a request: by its URL, by its HTTP method, by the session that it names, and by the
 * era that its message is written in.
 */
export class Endpoints {
  readonly #context: GatewayContext;
  readonly #selections: Selections;
  readonly #clientMessages: MessageLimits;
  readonly #modern: ModernEndpoint;
  readonly #legacy: LegacyEndpoint;
  readonly #sse: SseEndpoint;
  readonly #oneServer: OneServerEndpoint;
  readonly #owners: SessionOwners;
  readonly #streams: ExpectedStreams;
  readonly #isShared: boolean;
  #isStopping = false;

  constructor(options: EndpointsOptions) {
    const { context, selections, clientMessages, modern, legacy, owners, peers, isShared } =
      options;
    this.#context = context;
    this.#selections = selections;
    this.#clientMessages = clientMessages;
    this.#modern = modern;
    this.#legacy = legacy;
    this.#owners = owners;
    this.#isShared = isShared;
    this.#streams = new ExpectedStreams(peers, context.limits.openingStreamMs);
    this.#oneServer = new OneServerEndpoint(context, {
      owners,
      sessions: legacy.sessions,
      streams: this.#streams,
      bridge: (received, incoming, waited) => this.#dispatch(received, incoming, waited),
    });
    this.#sse = new SseEndpoint(context, legacy);
  }

  /**
   * Answers one request. Whether it may be asked at all was decided before. `query` is that of its URL,
   * without the question mark; `always` is what every answer carries.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: HubEndpoint,
    query: string,
    always: Readonly<Record<string, string>>,
    by: AskedBy,
  ): void {
    const onFault = (error: unknown) => this.#failed(error, response, always);
    try {
      this.#answer(request, response, endpoint, query, always, by, onFault);
    } catch (error) {
      onFault(error);
    }
  }

  /** Ends streams that would never end and takes no new calls. */
  drain(): void {
    this.#isStopping = true;
    this.#modern.close();
    this.#sse.drain();
    this.#legacy.sessions.endStreams();
  }

  /** Another hub says what it knows of a client's stream. */
  hearStream(stream: OpeningStream): void {
    this.#streams.hear(stream);
  }

  /** Forgets what it knows of servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    this.#oneServer.retain(serverIds);
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: HubEndpoint,
    query: string,
    always: Readonly<Record<string, string>>,
    { principal, from, whileOpen }: AskedBy,
    onFault: (error: unknown) => void,
  ): void {
    const via = viaOf(request);
    // Who may call can be told later that it may not, also in the middle of an answer.
    if (principal.kind !== "anonymous") this.#context.answers.add(principal, response);
    if (this.#isStopping && request.method !== "POST") {
      sendStopping(response, null, always);
      return;
    }
    const { query: own, stream } = endpoint.isSse === true ? streamIn(query) : { query };
    const select = this.#selecting(endpoint, own, via !== undefined);
    const policy = policyOf(principal);
    const selected = select(policy);
    if ("refusal" in selected) {
      const error = { code: codes.invalidParams, message: selected.refusal };
      sendText(response, selected.status, errorText(null, error), always);
      return;
    }
    const revision = revisionIn(own);
    if ("problem" in revision) {
      const error = { code: codes.invalidParams, message: revision.problem };
      sendText(response, 400, errorText(null, error), always);
      return;
    }
    const incoming: Incoming = {
      request,
      response,
      principal,
      from,
      peer: peerOf(principal, request),
      ...revision,
      selection: narrowedTo(selected.selection, policy),
      selectionFor: selectingStill(select, selected.selection),
      via,
      budgets: this.#context.budgets,
      always,
      whileOpen,
      onFault,
    };
    if (endpoint.isSse === true) {
      this.#answerSse(incoming, own, stream);
      return;
    }
    const { entry } = selected;
    if (request.method === "POST") {
      // What came before is taken, however long it takes to come whole.
      const isLate = this.#isStopping;
      receiveMessage(
        incoming,
        this.#clientMessages,
        (received) =>
          this.#onceKnown(incoming, entry, () => this.#take(received, incoming, entry, isLate)),
        (body) => this.#onceKnown(incoming, entry, () => this.#takeBatch(body, incoming, entry)),
      );
      return;
    }
    if (request.method !== "GET" && request.method !== "DELETE") {
      const error = { code: codes.badRequest, message: "Method not allowed" };
      const allowed = { ...always, allow: "GET, POST, DELETE" };
      sendText(response, 405, errorText(null, error), allowed);
      return;
    }
    const { method } = request;
    const onOpened = method === "GET" ? this.#legacy.expectStream(incoming) : () => {};
    this.#onceKnown(incoming, entry, () => {
      // Its client has gone meanwhile: nobody would close what is opened for it.
      if (method === "GET" && response.closed) return;
      if (entry !== undefined && this.#oneServer.isForServer(incoming, entry))
        this.#oneServer.passStream(method, incoming, entry);
      else if (method === "GET") this.#legacy.openStream(incoming, onOpened);
      else this.#legacy.endSession(incoming);
    });
  }

  /** Where several hubs have the same sessions, what others made of the one that is named is read first. */
  #onceKnown(incoming: Incoming, entry: Entry | undefined, run: () => void): void {
    const id = incoming.request.headers["mcp-session-id"];
    if (!this.#isShared || typeof id !== "string") {
      run();
      return;
    }
    const { principal, response, always, onFault } = incoming;
    const looks = [this.#legacy.sessions.look(id)];
    if (entry !== undefined) looks.push(this.#owners.look(principal, entry.record.id, id));
    Promise.all(looks)
      .then(run)
      .catch((error: unknown) => {
        if (!HubError.is(error)) return onFault(error);
        const text = errorText(null, { code: codes.badRequest, message: error.message });
        sendText(response, 503, text, { ...always, "retry-after": "2" });
      });
  }

  /** A client of HTTP+SSE: a stream, and messages that name it. */
  #answerSse(incoming: Incoming, query: string, stream: string | undefined): void {
    const { request, response, always } = incoming;
    if (request.method === "GET") {
      const [path = ""] = (request.url ?? "").split("?", 1);
      this.#sse.open(incoming, path, query);
    } else if (request.method === "POST" && stream !== undefined) {
      receiveMessage(
        incoming,
        this.#clientMessages,
        (received) => this.#sse.take(received, incoming, stream),
        () => sendText(response, 400, errorText(null, noBatch), always),
      );
    } else {
      const message =
        "Method not allowed: this endpoint is for HTTP+SSE, where GET opens a stream and POST goes to the URL that its first event names. Streamable HTTP is at the same URL with /mcp in place of /sse.";
      const error = { code: codes.badRequest, message };
      sendText(response, 405, errorText(null, error), { ...always, allow: "GET, POST" });
    }
  }

  /** Takes a message in the name of whom it is for. `isLate`: it came while the hub was stopping. */
  #take(received: Received, incoming: Incoming, entry: Entry | undefined, isLate: boolean): void {
    const { parsed } = received;
    // What calls in flight wait for still comes through.
    if (isLate && parsed.kind === "request" && !goesOn(parsed.message)) {
      sendStopping(incoming.response, parsed.message.id, incoming.always);
      return;
    }
    if (entry === undefined) this.#dispatch(received, incoming);
    else this.#oneServer.take(received, incoming, entry);
  }

  /** Several messages at once, where a session is known to have agreed on that. */
  #takeBatch(body: Buffer, incoming: Incoming, entry: Entry | undefined): void {
    const { request, response, always } = incoming;
    const limits = this.#clientMessages;
    // What calls in flight wait for still comes through.
    const refusalOf = (id: JsonRpcId) => (this.#isStopping ? stoppingText(id) : undefined);
    if (entry !== undefined && this.#oneServer.isForServer(incoming, entry))
      this.#oneServer.takeBatch(body, incoming, entry, limits, refusalOf);
    else if (hubSessionOf(request) !== undefined)
      this.#legacy.handleBatch(body, incoming, limits, refusalOf);
    else sendText(response, 400, errorText(null, noBatch), always);
  }

  /** A fault of ours in one request ends no other. */
  #failed(
    error: unknown,
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
  ): void {
    const failure = faultOf(this.#context, error);
    if (response.headersSent) response.destroy();
    else sendText(response, 500, errorText(null, failureError(failure)), always);
  }

  /** Answers a message on the hub's own account, in the era it is written in. */
  #dispatch(received: Received, incoming: Incoming, waited?: Waited): void {
    const { parsed } = received;
    const era = eraOfMessage(parsed, incoming);
    if (era === "legacy") {
      if (waited?.held.leaveToHub(waited.entry) !== false) this.#legacy.handle(received, incoming);
      return;
    }
    if (parsed.kind === "request") {
      this.#modern.handle(parsed.message, incoming, received, waited);
      return;
    }
    const error = { code: codes.invalidRequest, message: "Only requests can be sent here" };
    // The modern revision has no notifications of clients; one of an extension is taken and dropped.
    if (parsed.kind === "notification") incoming.response.writeHead(202, incoming.always).end();
    else sendText(incoming.response, 400, errorText(null, error), incoming.always);
  }

  /** What an endpoint shows whenever it is asked. Sessions keep this, so it must not keep the request. */
  #selecting(endpoint: HubEndpoint, query: string, isRelayed: boolean) {
    return (policy: Policy) => this.#selections.of(endpoint, query, isRelayed, policy);
  }
}

/** What an endpoint shows somebody now; of what it showed first, when it is no more. */
function selectingStill(select: (policy: Policy) => Selected, first: Selection) {
  return (principal: Principal): Selection => {
    const policy = policyOf(principal);
    const now = select(policy);
    return narrowedTo("refusal" in now ? first : now.selection, policy);
  };
}

/** Whether a request answers what was asked in the middle of a call, which has begun before. */
function goesOn({ params }: JsonRpcRequest): boolean {
  return typeof params?.requestState === "string";
}

function sendStopping(
  response: ServerResponse,
  id: JsonRpcId | null,
  always: Readonly<Record<string, string>>,
): void {
  const headers = { ...always, connection: "close", "retry-after": "5" };
  sendText(response, 503, stoppingText(id), headers);
}

function stoppingText(id: JsonRpcId | null): string {
  const cause = "The hub is stopping.";
  return errorText(id, failureError({ code: "HUB_STOPPING", cause, mayHaveRun: false }));
}

function viaOf({ headers }: IncomingMessage): string | undefined {
  const via = headers["mcp-hub-via"];
  return typeof via === "string" ? via : undefined;
}
