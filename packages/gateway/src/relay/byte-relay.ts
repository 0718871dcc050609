import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import { peerOf } from "../downstream/peer.js";
import type { GatewayFailure } from "../errors.js";
import type { CallRecord } from "../traffic.js";
import { CallTimer } from "../upstream/call-timer.js";
import type { Headers } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { Places } from "../upstream/places.js";
import type { UpstreamExchange, UpstreamFailure, UpstreamRequest } from "../upstream/port.js";
import { answersRequest, type Envelope, outcomeOf } from "../wire/envelope.js";
import type { JsonRpcId } from "../wire/json-rpc.js";
import { codingOf, mcpTypeOf } from "./answer-head.js";
import { AnswerReader } from "./answer-reader.js";
import { ByteAnswer } from "./byte-answer.js";
import { callLimits, isTelling } from "./call-limits.js";
import { CallPlace } from "./call-place.js";
import {
  busy,
  failureOf,
  failureText,
  type GatewayContext,
  nobodyLeft,
  timedOut,
} from "./context.js";
import { sendText } from "./send-text.js";

/** A request whose answer goes back byte by byte. */
export type ByteCall = {
  readonly entry: Entry;
  /** Of the JSON-RPC request in it; null for what is none. */
  readonly id: JsonRpcId | null;
  /** What it counts as. */
  readonly method: string;
  readonly name: string | undefined;
  readonly client: string | undefined;
  readonly params: unknown;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
  /** As it goes out. */
  readonly request: UpstreamRequest;
  /** Long by nature, as streams of notifications are: no time limit. */
  readonly isEndless: boolean;
  /** Where it takes a place; undefined for what is no work: answers, notifications, streams. */
  readonly places: (instance: UpstreamInstance) => Places | undefined;
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
 * Sends a request to the first of the candidates that can be connected to and streams the answer's bytes
 * back, unread. This is the hot path: one parse of the request was all.
 */
export function relayBytes(
  context: GatewayContext,
  call: ByteCall,
  candidates: readonly UpstreamInstance[],
  response: ServerResponse,
): void {
  const { entry, request } = call;
  const running = context.traffic.begin(
    entry.record.id,
    call.method,
    call.name,
    call.client,
    call.params,
  );
  const answer = new ByteAnswer(response);
  let current: UpstreamInstance | undefined;
  let exchange: UpstreamExchange | undefined;
  /** When it went out, in hub time; undefined while it waits in the hub. */
  let sentAt: number | undefined;
  let reader: AnswerReader | undefined;
  let outcome: CallRecord["outcome"] = "ok";
  let leaveSession: (() => void) | undefined;
  let isOver = false;

  const finish = (ended: CallRecord["outcome"]) => {
    isOver = true;
    timer?.clear();
    place.end();
    leaveSession?.();
    running.end(ended);
  };
  const fail = (failure: GatewayFailure) => {
    if (isOver) return;
    finish("hub-error");
    const text = failureText(context, call.id, failure, entry);
    if (!answer.fail(text)) sendText(response, call.statusOf(failure), text, call.always);
  };
  const limits = callLimits(context.limits, entry, call.method, call.name);
  const timer = call.isEndless
    ? undefined
    : new CallTimer(limits, (over) => {
        // It was never sent: that says nothing about the server.
        if (sentAt === undefined) return fail(busy(context, entry));
        exchange?.abort();
        if (over.isSilent) {
          if (isTelling(over, context.limits))
            current?.timedOut(sentAt, context.catalogue.now().hub);
          void context.refresh(entry.record.id);
        }
        fail(timedOut(over, limits, entry));
      });
  const place = new CallPlace(timer, peerOf(response.req));
  const hear = (envelope: Envelope) => {
    const { id, isCall } = envelope;
    if (!isCall) {
      if (outcome === "ok" && answersRequest(envelope, call.id)) outcome = outcomeOf(envelope);
    } else if (id !== undefined && id !== null) call.session?.asked(id, place);
  };
  response.on("close", () => {
    if (isOver) return;
    // To close the stream is how a modern client takes a call back, and how the hub passes it on.
    exchange?.abort();
    finish("cancelled");
  });

  const attempt = (index: number, last: UpstreamFailure | undefined) => {
    const instance = candidates[index];
    if (instance === undefined) return fail(nobodyLeft(context, entry, last));
    current = instance;
    running.instanceId = instance.instanceId;
    exchange = undefined;
    sentAt = undefined;
    let isEmpty = false;
    const start = () => {
      // Until now it waited in the hub; from here on silence is the server's.
      timer?.sent();
      if (isOver) return;
      sentAt = context.catalogue.now().hub;
      leaveSession ??= call.session?.begin(place);
      exchange = context.dialer.send(instance.endpoint, request, {
        onHead(status, headers) {
          instance.showLife(context.catalogue.now().hub);
          timer?.touch();
          const verdict = call.judge(status, headers, instance);
          isEmpty = verdict === "empty";
          if (verdict !== undefined && verdict !== "empty") {
            exchange?.abort();
            if (verdict === "taken") finish("ok");
            else fail(verdict);
            return;
          }
          if (status >= 400) outcome = "error";
          const type = mcpTypeOf(headers);
          // Nothing is read of what is encoded, or is no MCP.
          if (type !== undefined && codingOf(headers) === undefined)
            reader = new AnswerReader(type, hear);
          answer.begin(status, call.answerHeaders(headers), type === "events");
        },
        onData(chunk) {
          if (isEmpty) return;
          // A comment only keeps the connection open; the call is as silent as before.
          if (chunk[0] !== colon) timer?.touch();
          running.bytes += chunk.length;
          reader?.push(chunk);
          if (!answer.write(chunk)) {
            exchange?.pause();
            place.waitForClient();
            response.once("drain", () => {
              place.goOn();
              exchange?.resume();
            });
          }
        },
        onEnd() {
          if (isOver) return;
          reader?.end();
          finish(outcome);
          answer.end();
        },
        onFailure(failure) {
          if (isOver) return;
          if (failure.neverSent) attempt(index + 1, failure);
          else fail(failureOf(failure));
        },
      });
    };
    const places = call.places(instance);
    if (places === undefined) start();
    else if (!place.enter(places, start)) fail(busy(context, entry));
  };
  attempt(0, undefined);
}
