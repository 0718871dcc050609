import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import { failureError, type GatewayFailure } from "../errors.js";
import type { CallRecord } from "../traffic.js";
import { CallTimer } from "../upstream/call-timer.js";
import { type Headers, headerOf } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { UpstreamExchange, UpstreamFailure, UpstreamRequest } from "../upstream/port.js";
import { errorText, type JsonRpcId } from "../wire/json-rpc.js";
import { ByteAnswer } from "./byte-answer.js";
import { busy, failureOf, type GatewayContext, nobodyLeft, timedOut } from "./context.js";
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
  /** Long by nature, as streams of notifications are: no time limit, and no place among the calls. */
  readonly isEndless: boolean;
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
  readonly answerHeaders: (headers: Headers) => Record<string, string | string[]>;
  /** The HTTP status of a failure of the hub's. */
  readonly statusOf: (failure: GatewayFailure) => number;
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
  const began = context.catalogue.now().hub;
  const answer = new ByteAnswer(response);
  let current: UpstreamInstance | undefined;
  let exchange: UpstreamExchange | undefined;
  let leave: (() => void) | undefined;
  let isOver = false;

  const finish = (outcome: CallRecord["outcome"]) => {
    isOver = true;
    timer?.clear();
    leave?.();
    running.end(outcome);
  };
  const fail = (failure: GatewayFailure) => {
    if (isOver) return;
    finish("hub-error");
    const text = errorText(call.id, failureError(failure, entry));
    if (!answer.fail(text)) sendText(response, call.statusOf(failure), text, call.always);
  };
  const timer = call.isEndless
    ? undefined
    : new CallTimer(context.limits, (afterMs) => {
        // It has never got a place: that says nothing about the server.
        if (exchange === undefined && current !== undefined) return fail(busy);
        exchange?.abort();
        current?.timedOut(began, context.catalogue.now().hub);
        void context.refresh(entry.record.id);
        fail(timedOut(afterMs));
      });
  response.on("close", () => {
    if (isOver) return;
    // To close the stream is how a modern client takes a call back, and how the hub passes it on.
    exchange?.abort();
    finish("cancelled");
  });

  const attempt = (index: number, last: UpstreamFailure | undefined) => {
    const instance = candidates[index];
    if (instance === undefined) return fail(nobodyLeft(entry, last));
    current = instance;
    running.instanceId = instance.instanceId;
    let outcome: CallRecord["outcome"] = "ok";
    let isEmpty = false;
    const start = () => {
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
          answer.begin(status, call.answerHeaders(headers), isStream(headers));
        },
        onData(chunk) {
          if (isEmpty) return;
          // A comment only keeps the connection open; the call is as silent as before.
          if (chunk[0] !== colon) timer?.touch();
          running.bytes += chunk.length;
          if (outcome === "ok") outcome = outcomeIn(chunk);
          if (!answer.write(chunk)) {
            exchange?.pause();
            response.once("drain", () => exchange?.resume());
          }
        },
        onEnd() {
          if (isOver) return;
          finish(outcome);
          answer.end();
        },
        onFailure(failure) {
          if (isOver) return;
          if (failure.neverSent) {
            leave?.();
            void context.refresh(entry.record.id);
            attempt(index + 1, failure);
          } else fail(failureOf(failure));
        },
      });
    };
    if (call.isEndless) return start();
    leave = instance.enter(start);
    if (leave === undefined) fail(busy);
  };
  attempt(0, undefined);
}

function isStream(headers: Headers): boolean {
  return headerOf(headers, "content-type")?.startsWith("text/event-stream") === true;
}

/** What marks a failed call; inside of a JSON text the quotes would be escaped. */
function outcomeIn(chunk: Buffer): "ok" | "tool-error" | "error" {
  if (chunk.includes('"isError":true')) return "tool-error";
  return chunk.includes('"error":{') && !chunk.includes('"result":') ? "error" : "ok";
}
