import type { ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import type { GatewayFailure } from "../errors.js";
import type { RunningCall } from "../traffic.js";
import { CallTimer } from "../upstream/call-timer.js";
import { type Headers, headerOf } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { UpstreamExchange, UpstreamFailure } from "../upstream/port.js";
import type { JsonRpcId } from "../wire/json-rpc.js";
import {
  busy,
  failureOf,
  failureText,
  type GatewayContext,
  nobodyLeft,
  timedOut,
} from "./context.js";
import { notMcp } from "./no-answer.js";
import { Tail } from "./tail.js";

export type ModernCall = {
  readonly id: JsonRpcId;
  readonly entry: Entry;
  readonly method: string;
  readonly name: string | undefined;
  /** The request as the server shall see it. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly via: string | undefined;
  readonly client: string | undefined;
  readonly params: unknown;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
};

const colon = 58;

/**
 * Sends a request of 2026-07-28 to a server of the same revision and streams the answer's bytes back,
 * unread. This is the hot path: one parse of the request was all.
 */
export function relayModern(
  context: GatewayContext,
  call: ModernCall,
  candidates: readonly UpstreamInstance[],
  response: ServerResponse,
): void {
  const { entry, id } = call;
  const running = context.traffic.begin(
    entry.record.id,
    call.method,
    call.name,
    call.client,
    call.params,
  );
  const began = context.catalogue.now().hub;
  let current: UpstreamInstance | undefined;
  let exchange: UpstreamExchange | undefined;
  let leave: (() => void) | undefined;
  let isOver = false;

  const finish = (outcome: Parameters<RunningCall["end"]>[0]) => {
    isOver = true;
    timer.clear();
    leave?.();
    running.end(outcome);
  };
  const fail = (failure: GatewayFailure) => {
    if (isOver) return;
    finish("hub-error");
    // Half an answer can only be broken off.
    if (response.headersSent) response.destroy();
    else sendText(response, 200, failureText(id, failure, entry), call.always);
  };
  const timer = new CallTimer(context.limits, (afterMs) => {
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
    let outcome: "ok" | "tool-error" | "error" = "ok";
    const body = new Tail(response);
    leave = instance.enter(() => {
      exchange = context.dialer.send(
        instance.endpoint,
        { method: "POST", headers: call.headers, body: call.body, via: call.via },
        {
          onHead(status, headers) {
            instance.showLife(context.catalogue.now().hub);
            timer.touch();
            const refusal = notMcp(status, headers);
            if (refusal !== undefined) {
              exchange?.abort();
              return fail(refusal);
            }
            if (status >= 400) outcome = "error";
            response.writeHead(status, answerHeaders(headers, call.always));
          },
          onData(chunk) {
            // A comment only keeps the connection open; the call is as silent as before.
            if (chunk[0] !== colon) timer.touch();
            running.bytes += chunk.length;
            if (outcome === "ok") outcome = outcomeIn(chunk);
            if (!body.write(chunk)) {
              exchange?.pause();
              response.once("drain", () => exchange?.resume());
            }
          },
          onEnd() {
            if (isOver) return;
            finish(outcome);
            body.end();
          },
          onFailure(failure) {
            if (isOver) return;
            if (failure.neverSent) {
              leave?.();
              void context.refresh(entry.record.id);
              attempt(index + 1, failure);
            } else fail(failureOf(failure));
          },
        },
      );
    });
    if (leave === undefined) fail(busy);
  };
  attempt(0, undefined);
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  always: Readonly<Record<string, string>>,
): void {
  const bytes = Buffer.from(text, "utf8");
  response.writeHead(status, {
    ...always,
    "content-type": "application/json",
    "content-length": bytes.length,
  });
  response.end(bytes);
}

/** What marks a failed call; inside of a JSON text the quotes would be escaped. */
function outcomeIn(chunk: Buffer): "ok" | "tool-error" | "error" {
  if (chunk.includes('"isError":true')) return "tool-error";
  return chunk.includes('"error":{') && !chunk.includes('"result":') ? "error" : "ok";
}

const passed = ["content-type", "content-length", "content-encoding", "cache-control"] as const;

/** What of an answer's head belongs to the answer. */
function answerHeaders(
  headers: Headers,
  always: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept: Record<string, string> = { ...always };
  for (const name of passed) {
    const value = headerOf(headers, name);
    if (value !== undefined) kept[name] = value;
  }
  if (kept["content-type"]?.startsWith("text/event-stream")) kept["x-accel-buffering"] = "no";
  return kept;
}
