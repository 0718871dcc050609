import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Entry } from "@hub/core";
import type { GatewayFailure } from "../errors.js";
import { type Headers, headerOf } from "../upstream/exchange.js";
import type { UpstreamInstance } from "../upstream/instances.js";
import type { JsonRpcId } from "../wire/json-rpc.js";
import { type ByteCall, type ByteSession, relayBytes } from "./byte-relay.js";
import type { GatewayContext } from "./context.js";
import { CallsBySession } from "./session-calls.js";

export type PassedRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | undefined;
  readonly via: string | undefined;
  readonly entry: Entry;
  /** Of the JSON-RPC request in it; null for what is none. */
  readonly id: JsonRpcId | null;
  readonly rpcMethod: string | undefined;
  /** The id of what it answers, when it is the answer of a client. */
  readonly answers?: JsonRpcId | null | undefined;
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
  readonly #calls = new CallsBySession();

  constructor(context: GatewayContext) {
    this.#context = context;
  }

  relay(passed: PassedRequest, response: ServerResponse): void {
    const { entry, id, name, params, always, isEndless, answers } = passed;
    const session = sessionOf(passed);
    if (session !== undefined && answers !== undefined && answers !== null)
      this.#calls.answered(session, answers);
    relayBytes(
      this.#context,
      {
        entry,
        id,
        method: passed.rpcMethod ?? passed.method,
        name,
        client: undefined,
        params,
        always,
        request: outgoing(passed),
        isEndless,
        places: placesFor(passed),
        session: session === undefined ? undefined : this.#within(session, passed),
        judge: (status, headers, instance) => {
          if (passed.takesOver?.(status, instance) === true) return "taken";
          this.#remember(headers, instance);
          return undefined;
        },
        answerHeaders: (headers) => answerHeaders(headers, always),
        statusOf,
      },
      this.#candidates(passed),
      response,
    );
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
  #candidates(passed: PassedRequest): readonly UpstreamInstance[] {
    const { entry } = passed;
    const instanceId = this.#sticky.get(sessionOf(passed) ?? "");
    const home =
      instanceId === undefined ? undefined : this.#context.instances.get(entry, instanceId);
    const others = this.#context.instances.candidates(entry);
    return home === undefined ? others : [home, ...others.filter((one) => one !== home)];
  }

  #remember(headers: Headers, instance: UpstreamInstance): void {
    const session = headerOf(headers, "mcp-session-id");
    if (session === undefined) return;
    // Some servers number their sessions, so they are alike at two of them.
    const key = `${instance.serverId} ${session}`;
    this.#sticky.delete(key);
    this.#sticky.set(key, instance.instanceId);
    const [oldest] = this.#sticky.keys();
    if (this.#sticky.size > mostSticky && oldest !== undefined) this.#sticky.delete(oldest);
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

/** A stream may get a last event of the hub's, so its length is not known. */
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
    // What the hub says of every answer is the hub's to say.
    if (value !== undefined && !notPassed.has(name) && always[name] === undefined)
      kept[name] = value;
  }
  if (isStream(headers)) delete kept["content-length"];
  return kept;
}
