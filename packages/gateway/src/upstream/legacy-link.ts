import { isJsonObject } from "@hub/core";
import { legacyVersions } from "../wire/eras.js";
import type { StreamEvent } from "../wire/event-stream.js";
import type { JsonRpcRequest } from "../wire/json-rpc.js";
import { type ServerMessageLimits, shortMessages } from "../wire/message-limits.js";
import { exchange, type Headers, type MessageReceiver } from "./exchange.js";
import type { Initialized, UpstreamInstance } from "./instances.js";
import type { UpstreamDialer, UpstreamExchange, UpstreamFailure } from "./port.js";
import { sessionIdIn } from "./session-id.js";

/** What the hub says of the client it opens a session for: never more than the client itself declared. */
export type LegacyIdentity = {
  readonly protocolVersion: string;
  readonly capabilities: unknown;
  readonly clientInfo: unknown;
};

/** A session with one instance of a 2025 server; it belongs to one client. */
export interface LegacyLink {
  readonly instance: UpstreamInstance;
  readonly initialized: Initialized;
  /** False when the server keeps no sessions: it can then ask nothing and announce nothing. */
  readonly isStateful: boolean;
  /** The server said that it does not know the session any more. */
  readonly isLost: boolean;
  request(message: JsonRpcRequest, receiver: MessageReceiver): UpstreamExchange;
  /** Sends a notification or an answer. Failures are the server's loss: nothing waits for it. */
  post(message: object): void;
  /** Hears what belongs to no call; with an id, what was missed since. */
  listen(receiver: MessageReceiver, lastEventId?: string): UpstreamExchange | undefined;
  close(): void;
}

/** Why no session could be opened. */
export class LinkError extends Error {
  readonly failure: UpstreamFailure;
  /**
   * `wrong-era`: the server speaks no 2025 revision. `no-room`: it does, and opens no further session
   * now. `broken`: anything else.
   */
  readonly kind: "wrong-era" | "no-room" | "broken";

  constructor(failure: UpstreamFailure, kind: LinkError["kind"] = "broken") {
    super(failure.detail);
    this.failure = failure;
    this.kind = kind;
  }
}

export type LegacyLinkOptions = {
  readonly dialer: UpstreamDialer;
  readonly instance: UpstreamInstance;
  readonly identity: LegacyIdentity;
  readonly handshakeMs: number;
  readonly limits: ServerMessageLimits;
  readonly via?: string | undefined;
  /** Ends the opening. Default: nothing does but its time. */
  readonly signal?: AbortSignal | undefined;
};

export const postHeaders = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
} as const;

/** Makes an `initialize` request for an identity. */
export function initializeRequest(identity: LegacyIdentity): JsonRpcRequest {
  const { protocolVersion, capabilities, clientInfo } = identity;
  return {
    jsonrpc: "2.0",
    id: "hub-initialize",
    method: "initialize",
    params: { protocolVersion, capabilities, clientInfo },
  };
}

/** Characters of a refusal that a client gets to read. */
const mostSaid = 300;

/** The codes of hubs and of `hub-register`, which refuse in words of their own: see `errors.ts`. */
function isOfHub(code: number): boolean {
  return code <= -31_000 && code > -31_100;
}

/** Reads the answer to `initialize`. Throws LinkError. */
export function readInitialized(data: string, status: number): Initialized {
  let answer: unknown;
  try {
    answer = JSON.parse(data);
  } catch {
    throw new LinkError(invalid("it answered initialize with something that is no JSON"));
  }
  const result = isJsonObject(answer) ? answer.result : undefined;
  const error = isJsonObject(answer) ? answer.error : undefined;
  if (isJsonObject(error)) {
    const code = typeof error.code === "number" ? error.code : 0;
    // Method not found, or a version it does not speak: what servers of the modern revision say.
    const isWrongEra = code === -32_601 || code === -32_022 || status === 404;
    const said = typeof error.message === "string" ? `: ${error.message.slice(0, mostSaid)}` : "";
    throw new LinkError(
      invalid(`it answered initialize with error ${code}${said}`),
      isWrongEra ? "wrong-era" : isOfHub(code) ? "no-room" : "broken",
    );
  }
  if (!isJsonObject(result) || typeof result.protocolVersion !== "string")
    throw new LinkError(invalid("it answered initialize with something that is no MCP"));
  if (!legacyVersions.includes(result.protocolVersion))
    throw new LinkError(
      invalid(`it speaks no revision the hub knows (${result.protocolVersion.slice(0, 20)})`),
    );
  const { capabilities } = result;
  return {
    protocolVersion: result.protocolVersion,
    capabilities: isJsonObject(capabilities) ? capabilities : {},
  };
}

export function invalid(detail: string): UpstreamFailure {
  return { neverSent: false, code: "ANSWER_INVALID", detail };
}

/** Opens a session over streamable HTTP. Rejects with LinkError. */
export async function openStreamableLink(options: LegacyLinkOptions): Promise<LegacyLink> {
  const { dialer, instance, limits, via, handshakeMs } = options;
  const send = (message: object, headers: Record<string, string>, receiver: MessageReceiver) =>
    exchange(
      dialer,
      instance,
      {
        method: "POST",
        headers: { ...postHeaders, ...headers },
        body: JSON.stringify(message),
        via,
      },
      limits,
      receiver,
    );
  const { initialized, sessionId } = instance.greeting
    ? { initialized: instance.greeting, sessionId: undefined }
    : await greet(options, send);
  const own = sessionHeaders(initialized, sessionId);
  let isLost = false;
  const watching = (receiver: MessageReceiver): MessageReceiver => ({
    ...receiver,
    onOpen(status, framing, headers) {
      if (status === 404 && sessionId !== undefined) isLost = true;
      receiver.onOpen(status, framing, headers);
    },
    onEvent: (event) => receiver.onEvent(event),
    onEnd: () => receiver.onEnd(),
    onFailure: (failure) => receiver.onFailure(failure),
  });
  return {
    instance,
    initialized,
    isStateful: sessionId !== undefined,
    get isLost() {
      return isLost;
    },
    request: (message, receiver) => send(message, own, watching(receiver)),
    post(message) {
      const start: Start = (receiver) => send(message, own, watching(receiver));
      // Whoever waits for an answer must not wait for anything else as well.
      if ("method" in message) tellInTurn(instance, start, handshakeMs);
      else tell(start, handshakeMs);
    },
    listen(receiver, lastEventId) {
      if (sessionId === undefined) return undefined;
      const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const headers = { ...own, ...resume, accept: "text/event-stream" };
      const request = { method: "GET", headers, via } as const;
      return exchange(dialer, instance, request, limits, watching(receiver));
    },
    close() {
      if (sessionId === undefined || isLost) return;
      const request = { method: "DELETE", headers: own, via } as const;
      const short = shortMessages(limits);
      const start: Start = (receiver) => exchange(dialer, instance, request, short, receiver);
      tellInTurn(instance, start, handshakeMs);
    },
  };
}

type Send = (
  message: object,
  headers: Record<string, string>,
  receiver: MessageReceiver,
) => UpstreamExchange;

function sessionHeaders({ protocolVersion }: Initialized, sessionId: string | undefined) {
  const headers: Record<string, string> = { "mcp-protocol-version": protocolVersion };
  if (sessionId !== undefined) headers["mcp-session-id"] = sessionId;
  return headers;
}

async function greet(options: LegacyLinkOptions, send: Send) {
  const { instance, identity } = options;
  const greeting = await firstAnswer(
    (receiver) => send(initializeRequest(identity), {}, receiver),
    options,
  );
  const initialized = readInitialized(greeting.data, greeting.status);
  const { id: sessionId, problem } = sessionIdIn(greeting.headers);
  if (problem !== undefined) throw new LinkError(invalid(problem));
  const own = sessionHeaders(initialized, sessionId);
  await accepted(
    (receiver) => send({ jsonrpc: "2.0", method: "notifications/initialized" }, own, receiver),
    options,
  );
  instance.legacyLeg = sessionId === undefined ? "stateless" : "sessions";
  instance.greeting = sessionId === undefined ? initialized : undefined;
  return { initialized, sessionId };
}

/** Nobody waits for the answer. */
export const deaf: MessageReceiver = {
  onOpen: () => undefined,
  onEvent: () => undefined,
  onEnd: () => undefined,
  onFailure: () => undefined,
};

type Start = (receiver: MessageReceiver) => UpstreamExchange;

/** The same in turn, so that a server that hangs is not connected to for each call that ends. */
function tellInTurn({ farewells }: UpstreamInstance, start: Start, withinMs: number): void {
  const leave = farewells.enter(
    () => tell(start, withinMs, () => queueMicrotask(() => leave?.())),
    "",
  );
}

/** Sends what nobody waits for the answer of. A server that never gives one must not keep the connection. */
export function tell(start: Start, withinMs: number, onOver: () => void = () => undefined): void {
  const over = () => {
    clearTimeout(timer);
    onOver();
  };
  const timer = setTimeout(() => {
    started.abort();
    onOver();
  }, withinMs).unref();
  const started = start({ ...deaf, onEnd: over, onFailure: over });
}

type FirstAnswer = {
  readonly data: string;
  readonly status: number;
  readonly headers: Headers;
};

type Patience = Pick<LegacyLinkOptions, "handshakeMs" | "signal">;

/** Calls `giveUp` when the time for a step of an opening is over, or nobody wants it any more. Returns how to stop. */
function impatient(
  { handshakeMs, signal }: Patience,
  giveUp: (failure: UpstreamFailure) => void,
): () => void {
  const late = () => {
    const detail = `it did not answer in ${handshakeMs} ms`;
    giveUp({ neverSent: false, code: "TIMEOUT", detail });
  };
  const unwanted = () =>
    giveUp({ neverSent: false, code: "ABORTED", detail: "nobody waits for it any more" });
  const timer = setTimeout(late, handshakeMs);
  // An event that has fired does not fire again.
  if (signal?.aborted === true) queueMicrotask(unwanted);
  signal?.addEventListener("abort", unwanted, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", unwanted);
  };
}

/** The first message of an answer that must come within a time. Rejects with LinkError. */
export function firstAnswer(
  start: (receiver: MessageReceiver) => UpstreamExchange,
  patience: Patience,
): Promise<FirstAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Headers = {};
    let kind: LinkError["kind"] = "broken";
    const fail = (failure: UpstreamFailure) => {
      stop();
      reject(new LinkError(failure, kind));
    };
    const stop = impatient(patience, (failure) => {
      started.abort();
      fail(failure);
    });
    const started = start({
      onOpen(given, _, received) {
        status = given;
        headers = received;
        if (given === 404 || given === 405) kind = "wrong-era";
      },
      onEvent({ data }: StreamEvent) {
        if (data === undefined) return;
        stop();
        resolve({ data, status, headers });
      },
      onEnd: () => fail(invalid(`it answered HTTP ${status} without a message`)),
      onFailure: fail,
    });
  });
}

/** Resolves when a message without an answer was taken. Rejects with LinkError. */
function accepted(
  start: (receiver: MessageReceiver) => UpstreamExchange,
  patience: Patience,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: UpstreamFailure) => {
      stop();
      reject(new LinkError(failure));
    };
    const stop = impatient(patience, (failure) => {
      started.abort();
      fail(failure);
    });
    const started = start({
      onOpen(status) {
        stop();
        if (status >= 200 && status < 300) resolve();
        else fail(invalid(`it answered HTTP ${status} to notifications/initialized`));
      },
      onEvent: () => undefined,
      onEnd: () => undefined,
      onFailure: fail,
    });
  });
}
