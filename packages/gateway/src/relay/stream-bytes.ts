import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import type { Principal } from "@hub/core/access";
import type {
  UpstreamExchange,
  UpstreamFailure,
  UpstreamReceiver,
  UpstreamRequest,
} from "@hub/core/upstream";
import {
  answersRequest,
  type Envelope,
  type Headers,
  isUnauthorized,
  type JsonRpcId,
  outcomeOf,
} from "@hub/mcp";
import { CallPlace } from "../calls/call-place.js";
import { type MayWait, mayBeUnreached } from "../calls/may-wait.js";
import type { GatewayFailure } from "../errors.js";
import { sendText } from "../reply/send-text.js";
import { type CallError, hubCallError, tracedRequest } from "../traffic/call-trace.js";
import type { RunningCall } from "../traffic/counted-call.js";
import type { CallRecord } from "../traffic/recent-calls.js";
import { codingOf, mcpTypeOf } from "../upstream/answer-head.js";
import {
  busy,
  failureOf,
  failureText,
  noInstanceLeft,
  timedOut,
} from "../upstream/call-failures.js";
import { type CallLimits, callLimits, isTelling } from "../upstream/call-limits.js";
import { CallTimer, type TimeOver } from "../upstream/call-timer.js";
import type { GatewayContext } from "../upstream/context.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { Places } from "../upstream/places.js";
import { AnswerReader } from "./answer-reader.js";
import { ResponseStream } from "./response-stream.js";

/** A request whose answer goes back byte by byte. */
export type ByteCall = MayWait & {
  readonly entry: Entry;
  /** Of the JSON-RPC request in it; null for what is none. */
  readonly id: JsonRpcId | null;
  /** What it counts as. */
  readonly method: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly principal: Principal;
  /** The address that it was asked from. */
  readonly from: string | undefined;
  /** The headers of the HTTP request that it came in. */
  readonly cameWith: IncomingHttpHeaders | undefined;
  /** Whose it is when the hub shares out what it has: see `peerOf`. */
  readonly peer: string;
  readonly params: unknown;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
  /** As it goes out. */
  readonly request: UpstreamRequest;
  /** Long by nature, as streams of notifications are: no time limit. */
  readonly isEndless: boolean;
  /** Where it takes a place; undefined for what is no work: answers, notifications, streams. */
  readonly places: (instance: UpstreamInstance) => Places | undefined;
  /** Hears the envelope of its answer, where that can be read in passing. */
  readonly onAnswer?: ((envelope: Envelope) => void) | undefined;
  /** The client asks whether the server has something at all, so that a refusal is an answer, and no error. */
  readonly mayBeRefused?: boolean | undefined;
  /** The session that it belongs to, where a server may ask back. */
  readonly session?: ByteSession | undefined;
  /**
   * Looks at the head before any of the answer is sent. `taken`: the caller goes on by itself; `empty`: the
   * client gets no body, whatever comes.
   */
  readonly judge: (
    status: number,
    headers: Headers,
    instance: UpstreamInstance,
  ) => GatewayFailure | "taken" | "empty" | undefined;
  /** What of the head belongs to the answer. */
  readonly answerHeaders: (headers: Headers) => Readonly<Record<string, string | number>>;
  /** The HTTP status of a failure of the hub's. */
  readonly statusOf: (failure: GatewayFailure) => number;
};

/** What a session hears of a request in it. */
export type ByteSession = {
  /** A call is in flight. Returns how to say that it is over. */
  begin(place: CallPlace): () => void;
  /** The server asked something on the answer's stream. */
  asked(id: JsonRpcId, place: CallPlace): void;
};

const colon = 58;

/**
 * A request on its way to the first of the candidates that can be connected to, and its answer on the way
 * back: its bytes cross unread. This is the hot path: one parse of the request was all.
 */
export class StreamBytes implements UpstreamReceiver {
  readonly #context: GatewayContext;
  readonly #call: ByteCall;
  readonly #candidates: readonly UpstreamInstance[];
  readonly #response: ServerResponse;
  readonly #answer: ResponseStream;
  readonly #running: RunningCall;
  readonly #limits: CallLimits;
  readonly #timer: CallTimer | undefined;
  readonly #place: CallPlace;
  /** How many of the candidates were tried. */
  #tried = 0;
  #instance: UpstreamInstance | undefined;
  #exchange: UpstreamExchange | undefined;
  /** When it went out, in hub time; undefined while it waits in the hub. */
  #sentAt: number | undefined;
  #reader: AnswerReader | undefined;
  #outcome: CallRecord["outcome"] = "ok";
  #error: CallError | undefined;
  #leaveSession: (() => void) | undefined;
  /** The client gets no body, whatever comes. */
  #isEmpty = false;
  #isOver = false;

  constructor(
    context: GatewayContext,
    call: ByteCall,
    candidates: readonly UpstreamInstance[],
    response: ServerResponse,
  ) {
    const { entry, method, name } = call;
    this.#context = context;
    this.#call = call;
    this.#candidates = candidates;
    this.#response = response;
    this.#answer = new ResponseStream(response);
    this.#running = call.running ?? context.traffic.begin(entry.record.id, method, name, call);
    this.#limits = callLimits(context.limits, entry, method, name);
    this.#timer = call.isEndless
      ? undefined
      : new CallTimer(this.#limits, (over) => this.#timeOver(over));
    this.#place = new CallPlace(this.#timer, call.peer);
    response.on("close", () => this.#left());
  }

  /** Sends it to the next candidate. */
  start(last?: UpstreamFailure): void {
    const { entry } = this.#call;
    const instance = this.#candidates[this.#tried];
    if (instance === undefined) {
      this.#fail(noInstanceLeft(this.#context, entry, last));
      return;
    }
    this.#tried += 1;
    this.#instance = instance;
    this.#running.instanceId = instance.instanceId;
    this.#exchange = undefined;
    this.#sentAt = undefined;
    this.#isEmpty = false;
    const places = this.#call.places(instance);
    if (places === undefined) this.#send(instance);
    else if (!this.#place.enter(places, () => this.#send(instance)))
      this.#fail(busy(this.#context, entry));
  }

  onHead(status: number, headers: Headers): void {
    const instance = this.#instance;
    if (instance === undefined) return;
    const call = this.#call;
    instance.showLife(this.#context.catalogue.now().hub);
    this.#timer?.touch();
    const verdict = call.judge(status, headers, instance);
    this.#isEmpty = verdict === "empty";
    if (verdict !== undefined && verdict !== "empty") {
      this.#exchange?.abort();
      if (verdict === "taken") this.#finish("ok");
      else this.#fail(verdict, this.#isUsual(status) ? "ok" : "hub-error");
      return;
    }
    if (status >= 400 && !this.#isUsual(status)) this.#outcome = "error";
    const type = mcpTypeOf(headers);
    // Nothing is read of what is encoded, or is no MCP.
    if (type !== undefined && codingOf(headers) === undefined)
      this.#reader = new AnswerReader(type, (envelope) => this.#hear(envelope));
    this.#answer.begin(status, call.answerHeaders(headers), type === "events");
  }

  onData(chunk: Buffer): void {
    if (this.#isEmpty) return;
    // A comment only keeps the connection open; the call is as silent as before.
    if (chunk[0] !== colon) this.#timer?.touch();
    this.#running.bytes += chunk.length;
    this.#reader?.push(chunk);
    if (this.#answer.write(chunk)) return;
    const exchange = this.#exchange;
    exchange?.pause();
    this.#place.waitForClient();
    this.#response.once("drain", () => {
      this.#place.goOn();
      exchange?.resume();
    });
  }

  onEnd(): void {
    if (this.#isOver) return;
    this.#reader?.end();
    this.#finish(this.#outcome, this.#error);
    this.#answer.end();
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.#isOver) return;
    if (failure.neverSent) {
      this.#running.trace?.failed(hubCallError(failureOf(failure).code));
      this.start(failure);
    } else this.#fail(failureOf(failure));
  }

  #send(instance: UpstreamInstance): void {
    // Until now it waited in the hub; from here on silence is the server's.
    this.#timer?.sent();
    if (this.#isOver) return;
    this.#sentAt = this.#context.catalogue.now().hub;
    this.#leaveSession ??= this.#call.session?.begin(this.#place);
    const request = tracedRequest(this.#call.request, this.#running.trace?.sent(instance));
    this.#exchange = this.#context.dialer.send(instance.endpoint, request, this);
  }

  #hear(envelope: Envelope): void {
    const { id, isCall } = envelope;
    if (isCall) {
      if (id !== undefined && id !== null) this.#call.session?.asked(id, this.#place);
    } else if (this.#outcome === "ok" && answersRequest(envelope, this.#call.id)) {
      this.#outcome = this.#call.mayBeRefused === true ? "ok" : outcomeOf(envelope);
      this.#error = { code: envelope.error?.code };
      const isRefusal = this.#call.method === "tools/call" && isUnauthorized(envelope.error);
      if (isRefusal && this.#instance !== undefined)
        this.#context.onRefused(this.#instance.endpoint);
      this.#call.onAnswer?.(envelope);
    }
  }

  #timeOver(over: TimeOver): void {
    const { entry } = this.#call;
    // It was never sent: that says nothing about the server.
    if (this.#sentAt === undefined) {
      this.#fail(busy(this.#context, entry));
      return;
    }
    this.#exchange?.abort();
    if (over.isSilent) {
      if (isTelling(over, this.#context.limits))
        this.#instance?.timedOut(this.#sentAt, this.#context.catalogue.now().hub);
      void this.#context.refresh(entry.record.id);
    }
    this.#fail(timedOut(over, this.#limits, entry));
  }

  /** Its client has gone: to close the stream is how a modern one takes a call back, and how the hub passes it on. */
  #left(): void {
    if (this.#isOver) return;
    this.#exchange?.abort();
    this.#finish("cancelled");
  }

  /** Whether a status is what a server answers that does not have what was asked for. */
  #isUsual(status: number): boolean {
    return this.#call.mayBeRefused === true && status >= 400 && status < 500;
  }

  #fail(failure: GatewayFailure, outcome: CallRecord["outcome"] = "hub-error"): void {
    if (this.#isOver) return;
    const error = hubCallError(failure.code);
    this.#running.trace?.failed(error);
    const isUnheard = this.#running.bytes === 0 && !this.#response.headersSent;
    const mayWait = isUnheard && mayBeUnreached(failure);
    if (mayWait && this.#call.onUnreached?.(failure, this.#running) === true) {
      this.#end();
      return;
    }
    this.#finish(outcome, error);
    const { id, entry, always, statusOf } = this.#call;
    const text = failureText(this.#context, id, failure, entry);
    if (!this.#answer.fail(text)) sendText(this.#response, statusOf(failure), text, always);
  }

  #finish(outcome: CallRecord["outcome"], error?: CallError): void {
    this.#end();
    this.#running.end(outcome, error);
  }

  #end(): void {
    this.#isOver = true;
    this.#timer?.clear();
    this.#place.end();
    this.#leaveSession?.();
  }
}
