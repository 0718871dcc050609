import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import { failureError, type GatewayFailure } from "../errors.js";
import type { CallRecord } from "../traffic.js";
import { CallTimer } from "../upstream/call-timer.js";
import { type Headers, headerOf } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { UpstreamExchange, UpstreamFailure } from "../upstream/port.js";
import type { JsonRpcId } from "../wire/json-rpc.js";
import { errorText } from "../wire/json-rpc.js";
import { busy, failureOf, type GatewayContext, nobodyLeft, timedOut } from "./context.js";
import { sendText } from "./modern-relay.js";
import { Tail } from "./tail.js";

export type PassedRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
  readonly via: string | undefined;
  readonly entry: Entry;
  /** Of the JSON-RPC request in it; null for what is none. */
  readonly id: JsonRpcId | null;
  readonly rpcMethod: string | undefined;
  readonly name: string | undefined;
  readonly params: unknown;
  /** What every answer of the hub carries. */
  readonly always: Readonly<Record<string, string>>;
  /** Long by nature, as streams of notifications are. */
  readonly isEndless: boolean;
  /**
   * Looks at the status before anything of the answer is sent; true takes the request over, which the
   * server then counts as not having answered.
   */
  readonly takesOver?: ((status: number, instance: UpstreamInstance) => boolean) | undefined;
};

/** Answers never carry these on: they belong to one connection, or set what is the hub's to set. */
const notPassed = new Set([
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "alt-svc",
  "clear-site-data",
  "connection",
  "content-security-policy",
  "date",
  "keep-alive",
  "mcp-hub-id",
  "proxy-authenticate",
  "proxy-connection",
  "set-cookie",
  "strict-transport-security",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const mostSticky = 10_000;

/** One server's endpoint as it is: requests and answers cross byte by byte. */
export class PassThrough {
  readonly #context: GatewayContext;
  /** Which instance a server's session lives at. */
  readonly #sticky = new Map<string, string>();

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  relay(passed: PassedRequest, response: ServerResponse): void {
    const context = this.#context;
    const { entry } = passed;
    const running = context.traffic.begin(
      entry.record.id,
      passed.rpcMethod ?? passed.method,
      passed.name,
      undefined,
      passed.params,
    );
    const began = context.catalogue.now().hub;
    const candidates = this.#candidates(passed);
    let exchange: UpstreamExchange | undefined;
    let current: UpstreamInstance | undefined;
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
      if (response.headersSent) response.destroy();
      else {
        const text = errorText(passed.id, failureError(failure, entry));
        sendText(response, statusOf(failure), text, passed.always);
      }
    };
    const timer = passed.isEndless
      ? undefined
      : new CallTimer(context.limits, (afterMs) => {
          exchange?.abort();
          current?.timedOut(began, context.catalogue.now().hub);
          void context.refresh(entry.record.id);
          fail(timedOut(afterMs));
        });
    response.on("close", () => {
      if (isOver) return;
      exchange?.abort();
      finish("cancelled");
    });

    const attempt = (index: number, last: UpstreamFailure | undefined) => {
      const instance = candidates[index];
      if (instance === undefined) return fail(nobodyLeft(entry, last));
      current = instance;
      running.instanceId = instance.instanceId;
      let outcome: CallRecord["outcome"] = "ok";
      const body = new Tail(response);
      const start = () => {
        exchange = context.dialer.send(instance.endpoint, outgoing(passed), {
          onHead: (status, headers) => {
            if (passed.takesOver?.(status, instance) === true) {
              exchange?.abort();
              finish("ok");
              return;
            }
            instance.showLife(context.catalogue.now().hub);
            timer?.touch();
            if (status >= 400) outcome = "error";
            this.#remember(headers, instance);
            response.writeHead(status, answerHeaders(headers, passed.always));
            // Streams have a head long before they have a first event.
            if (isStream(headers)) response.flushHeaders();
          },
          onData(chunk) {
            if (isOver) return;
            timer?.touch();
            running.bytes += chunk.length;
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
        });
      };
      // Streams would take the places of calls for as long as they live.
      if (passed.isEndless) {
        start();
        return;
      }
      leave = instance.enter(start);
      if (leave === undefined) fail(busy);
    };
    attempt(0, undefined);
  }

  /** A session stays where it was opened; everything else goes to the best instance. */
  #candidates({ entry, headers }: PassedRequest): readonly UpstreamInstance[] {
    const session = headers["mcp-session-id"];
    const instanceId = typeof session === "string" ? this.#sticky.get(session) : undefined;
    const home =
      instanceId === undefined ? undefined : this.#context.instances.get(entry, instanceId);
    const others = this.#context.instances.candidates(entry);
    return home === undefined ? others : [home, ...others.filter((one) => one !== home)];
  }

  #remember(headers: Headers, instance: UpstreamInstance): void {
    const session = headerOf(headers, "mcp-session-id");
    if (session === undefined) return;
    this.#sticky.delete(session);
    this.#sticky.set(session, instance.instanceId);
    const [oldest] = this.#sticky.keys();
    if (this.#sticky.size > mostSticky && oldest !== undefined) this.#sticky.delete(oldest);
  }
}

function statusOf({ code }: GatewayFailure): number {
  if (code === "CALL_TIMED_OUT") return 504;
  return code === "SERVER_UNAVAILABLE" || code === "SERVER_BUSY" ? 503 : 502;
}

function outgoing({ method, headers, body, via }: PassedRequest) {
  const sent: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") sent[name] = value;
  }
  // The client gets the bytes as they come, so only what it can decode may come.
  sent["accept-encoding"] = headers["accept-encoding"]?.toString() ?? "identity";
  return { method, headers: sent, via, ...(body === undefined ? {} : { body }) };
}

function isStream(headers: Headers): boolean {
  return headerOf(headers, "content-type")?.startsWith("text/event-stream") === true;
}

function answerHeaders(
  headers: Headers,
  always: Readonly<Record<string, string>>,
): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = { ...always };
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && !notPassed.has(name)) kept[name] = value;
  }
  return kept;
}
