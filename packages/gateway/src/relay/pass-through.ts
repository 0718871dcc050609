import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { connectionHeaders, type Headers, sessionIdIn } from "@hub/mcp";
import { CallsBySession } from "../calls/session-calls.js";
import type { GatewayFailure } from "../errors.js";
import type { Reply } from "../reply/reply.js";
import { hubCallError } from "../traffic/call-trace.js";
import { acceptedCodings, answerHeaders, mcpTypeOf } from "../upstream/answer-head.js";
import { failureText, noInstanceLeft } from "../upstream/call-failures.js";
import { notMcp, packedUnasked, statusesOfMcp, unanswered } from "../upstream/classify-answer.js";
import type { GatewayContext } from "../upstream/context.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import { postHeaders } from "../upstream/legacy-link.js";
import type { Received } from "../wire/read-message.js";
import { askBatched, type BatchedDestination, tellBatched } from "./batched-message.js";
import { relayRewrittenToModern } from "./modern-to-modern-rewritten.js";
import type { PassedRequest } from "./passed-request.js";
import { SessionHomes } from "./session-homes.js";
import type { SessionOwners } from "./session-owners.js";
import { type ByteCall, type ByteSession, StreamBytes } from "./stream-bytes.js";

/** One server's endpoint as it is: requests and answers cross byte by byte. */
export class PassThrough {
  readonly #context: GatewayContext;
  readonly #homes: SessionHomes;
  readonly #owners: SessionOwners;
  readonly #calls = new CallsBySession();

  constructor(context: GatewayContext, owners: SessionOwners) {
    this.#context = context;
    this.#owners = owners;
    this.#homes = new SessionHomes(context.budgets);
  }

  /** Forgets what belongs to servers that are no more. */
  retain(serverIds: ReadonlySet<string>): void {
    this.#homes.retain(serverIds);
    this.#owners.retain(serverIds);
  }

  relay(passed: PassedRequest, response: ServerResponse): void {
    const { entry, id, name, params, always, isEndless, answers, principal, from, peer } = passed;
    const session = sessionOf(passed);
    if (session !== undefined && answers !== undefined && answers !== null)
      this.#calls.answered(session, answers);
    const accepted = acceptedCodings(passed.headers["accept-encoding"]?.toString());
    let refusedWith: number | undefined;
    let opened: string | undefined;
    const isOpening = passed.rpcMethod === "initialize";
    const relay = new StreamBytes(
      this.#context,
      {
        entry,
        id,
        method: passed.rpcMethod ?? passed.method,
        name,
        client: undefined,
        principal,
        from,
        cameWith: passed.headers,
        peer,
        params,
        always,
        running: passed.running,
        onUnreached: passed.onUnreached,
        // Questions of a server, and what a session agrees on, are heard in passing, so they must come as they are.
        request: outgoing(passed, session === undefined && !isOpening ? accepted : "identity"),
        isEndless,
        mayBeRefused: passed.method !== "POST" || passed.rpcMethod === "server/discover",
        places: placesFor(passed),
        session: session === undefined ? undefined : this.#within(session, passed),
        judge: (status, headers, instance) => {
          if (passed.takesOver?.(status, instance) === true) return "taken";
          const verdict = verdictOn(passed, status, headers, accepted);
          if (verdict === undefined) opened = this.#remember(headers, instance, passed);
          if (passed.method === "DELETE" && status < 300) this.#ended(passed);
          // Clients go by the status also where the rest was no MCP: no stream here, no such session.
          else if (verdict !== "empty" && status >= 400 && status < 600 && !asksForToken(status))
            refusedWith = status;
          return verdict;
        },
        onAnswer: isOpening
          ? ({ protocolVersion }) => {
              if (opened !== undefined)
                this.#homes.agreed(entry.record.id, opened, protocolVersion);
            }
          : undefined,
        answerHeaders: (headers) => answerHeaders(headers, always),
        statusOf: (failure) => refusedWith ?? statusOfFailure(failure),
      },
      this.#candidates(passed),
      response,
    );
    relay.start();
  }

  /** The same where a stream of events to the client is open already: message by message. */
  relayEvents(passed: PassedRequest, reply: Reply): void {
    const { entry, id, rpcMethod, method, name, principal, from, peer, params, always, via } =
      passed;
    const { headers, body = "" } = outgoing(passed, "identity");
    const call = {
      running: passed.running,
      onUnreached: passed.onUnreached,
      id: id ?? "",
      entry,
      method: rpcMethod ?? method,
      name,
      body,
      headers,
      via,
      client: undefined,
      principal,
      from,
      cameWith: passed.headers,
      peer,
      params,
      always,
    };
    relayRewrittenToModern(this.#context, call, this.#candidates(passed), reply, undefined);
  }

  /** The instance that a session was opened at, as far as that is remembered. */
  homeOf(entry: Entry, sessionId: string): UpstreamInstance | undefined {
    const instanceId = this.#homes.of(entry.record.id, sessionId);
    return instanceId === undefined ? undefined : this.#context.instances.get(entry, instanceId);
  }

  /** Whether a session was opened at this server, as far as that is remembered. */
  knows({ record }: Entry, sessionId: string): boolean {
    return this.#homes.of(record.id, sessionId) !== undefined;
  }

  /** Whether a session of a server's is this principal's. */
  isOf(principal: Principal, { record }: Entry, sessionId: string): boolean {
    return this.#owners.isOf(principal, record.id, sessionId);
  }

  /** What a session of a server's agreed on, as far as that was heard. */
  versionOf({ record }: Entry, sessionId: string): string | undefined {
    return this.#homes.versionOf(record.id, sessionId);
  }

  /** Sends one message of a batch, whose answer is `reply`, to where its session lives. */
  relayBatched(passed: PassedRequest, { parsed, body }: Received, reply: Reply): void {
    const session = sessionOf(passed);
    const [instance] = this.#candidates(passed);
    if (session === undefined || instance === undefined) {
      const failure = noInstanceLeft(this.#context, passed.entry, undefined);
      passed.running?.end("hub-error", hubCallError(failure.code));
      if (parsed.kind === "request")
        reply.message(failureText(this.#context, parsed.message.id, failure, passed.entry));
      return;
    }
    const { headers } = outgoing(passed, "identity");
    const destination: BatchedDestination = {
      context: this.#context,
      calls: this.#calls,
      instance,
      session,
      request: { method: "POST", headers: { ...headers, ...postHeaders }, body, via: passed.via },
    };
    if (parsed.kind === "request") askBatched(destination, passed, parsed.message, reply);
    else {
      const { id } = parsed.kind === "response" ? parsed.message : { id: null };
      if (id !== null) this.#calls.answered(session, id);
      tellBatched(destination, parsed.kind === "response", reply.peer);
    }
  }

  /** Calls can be asked back, on their own streams or on the session's. */
  #within(session: string, { id, isEndless }: PassedRequest): ByteSession | undefined {
    if (id !== null && !isEndless)
      return {
        begin: (place) => this.#calls.begin(session, place),
        asked: (question, place) => this.#calls.asked(session, question, place),
      };
    return {
      begin: () => () => undefined,
      asked: (question) => this.#calls.asked(session, question, undefined),
    };
  }

  /** A session stays where it was opened; everything else goes to the best instance. */
  #candidates({ entry, headers }: PassedRequest): readonly UpstreamInstance[] {
    const session = headers["mcp-session-id"];
    const home = typeof session === "string" ? this.homeOf(entry, session) : undefined;
    const others = this.#context.instances.candidates(entry);
    return home === undefined ? others : [home, ...others.filter((one) => one !== home)];
  }

  #ended({ entry, headers }: PassedRequest): void {
    const session = headers["mcp-session-id"];
    if (typeof session === "string") this.#owners.end(entry.record.id, session);
  }

  #remember(headers: Headers, instance: UpstreamInstance, { principal, whileOpen }: PassedRequest) {
    const { id } = sessionIdIn(headers);
    if (id !== undefined) {
      this.#homes.remember(instance, id);
      this.#owners.give(principal, instance.serverId, id, whileOpen);
    }
    return id;
  }
}

/** Which session of the server's a request belongs to. */
function sessionOf({ entry, headers }: PassedRequest): string | undefined {
  const session = headers["mcp-session-id"];
  return typeof session === "string" ? `${entry.record.id} ${session}` : undefined;
}

/** Places are for work: what a call in flight waits for must never wait for the end of that call. */
function placesFor({ id, rpcMethod, isEndless }: PassedRequest): ByteCall["places"] {
  if (id === null || isEndless || rpcMethod === "ping") return () => undefined;
  if (rpcMethod === "initialize") return ({ openings }) => openings;
  return ({ calls }) => calls;
}

/** No client has a token for a server behind the hub, and no browser may be made to ask a person for one. */
function asksForToken(status: number): boolean {
  return status === 401 || status === 407;
}

/** What an answer is to its client: passed on, nothing but a status, or a failure of the server's. */
function verdictOn(
  { id, method }: PassedRequest,
  status: number,
  headers: Headers,
  accepted: string,
): GatewayFailure | "empty" | undefined {
  if (mcpTypeOf(headers) !== undefined) {
    // A server's own refusal in words of MCP says more than the hub could.
    const refusal = status === 403 ? undefined : notMcp(status, headers);
    return refusal ?? packedUnasked(headers, accepted) ?? badSession(headers);
  }
  const failure = unanswered(status, headers);
  if (!statusesOfMcp.has(status)) return failure;
  const isAwaited = id !== null || method === "GET";
  if (!isAwaited) return "empty";
  const saysNothing = headers["content-type"] === undefined || headers["content-length"] === "0";
  return saysNothing && (status === 202 || status === 204) ? "empty" : failure;
}

function badSession(headers: Headers): GatewayFailure | undefined {
  const { problem } = sessionIdIn(headers);
  return problem === undefined
    ? undefined
    : { code: "ANSWER_INVALID", cause: `${problem}.`, mayHaveRun: true };
}

/** The HTTP status of a failure of the hub's, where a client expects that of its server. */
export function statusOfFailure({ code }: GatewayFailure): number {
  if (code === "CALL_TIMED_OUT") return 504;
  if (code === "HUB_FAULT") return 500;
  return code === "SERVER_UNAVAILABLE" || code === "SERVER_BUSY" ? 503 : 502;
}

function outgoing({ method, headers, body, via, entry }: PassedRequest, codings: string) {
  const sent: Record<string, string> = {};
  const ofConnection = connectionHeaders(headers.connection);
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string" && !ofConnection.has(name)) sent[name] = value;
  }
  // The client gets the bytes as they come, so only what it can decode may come.
  sent["accept-encoding"] = codings;
  const serverId = entry.record.id;
  return { method, headers: sent, via, serverId, ...(body === undefined ? {} : { body }) };
}
