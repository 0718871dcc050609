import { isJsonObject } from "@hub/core";
import { legacyVersions } from "../wire/eras.js";
import type { StreamEvent } from "../wire/event-stream.js";
import type { JsonRpcRequest } from "../wire/json-rpc.js";
import type { MessageLimits } from "../wire/message-limits.js";
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
  /** The server speaks no 2025 revision. */
  readonly isWrongEra: boolean;

  constructor(failure: UpstreamFailure, isWrongEra = false) {
    super(failure.detail);
    this.failure = failure;
    this.isWrongEra = isWrongEra;
  }
}

export type LegacyLinkOptions = {
  readonly dialer: UpstreamDialer;
  readonly instance: UpstreamInstance;
  readonly identity: LegacyIdentity;
  readonly handshakeMs: number;
  readonly limits: MessageLimits;
  readonly via?: string | undefined;
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
    throw new LinkError(invalid(`it answered initialize with error ${code}`), isWrongEra);
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
  const { dialer, instance, limits, via } = options;
  const send = (message: object, headers: Record<string, string>, receiver: MessageReceiver) =>
    exchange(
      dialer,
      instance.endpoint,
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
    post: (message) => void send(message, own, watching(deaf)),
    listen(receiver, lastEventId) {
      if (sessionId === undefined) return undefined;
      const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const headers = { ...own, ...resume, accept: "text/event-stream" };
      const request = { method: "GET", headers, via } as const;
      return exchange(dialer, instance.endpoint, request, limits, watching(receiver));
    },
    close() {
      if (sessionId === undefined || isLost) return;
      exchange(dialer, instance.endpoint, { method: "DELETE", headers: own, via }, limits, deaf);
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

async function greet({ instance, identity, handshakeMs }: LegacyLinkOptions, send: Send) {
  const greeting = await firstAnswer(
    (receiver) => send(initializeRequest(identity), {}, receiver),
    handshakeMs,
  );
  const initialized = readInitialized(greeting.data, greeting.status);
  const { id: sessionId, problem } = sessionIdIn(greeting.headers);
  if (problem !== undefined) throw new LinkError(invalid(problem));
  const own = sessionHeaders(initialized, sessionId);
  await accepted(
    (receiver) => send({ jsonrpc: "2.0", method: "notifications/initialized" }, own, receiver),
    handshakeMs,
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

type FirstAnswer = {
  readonly data: string;
  readonly status: number;
  readonly headers: Headers;
};

/** The first message of an answer that must come within a time. Rejects with LinkError. */
export function firstAnswer(
  start: (receiver: MessageReceiver) => UpstreamExchange,
  withinMs: number,
): Promise<FirstAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Headers = {};
    let isWrongEra = false;
    const fail = (failure: UpstreamFailure) => {
      clearTimeout(timer);
      reject(new LinkError(failure, isWrongEra));
    };
    const timer = setTimeout(() => {
      started.abort();
      fail({ neverSent: false, code: "TIMEOUT", detail: `it did not answer in ${withinMs} ms` });
    }, withinMs);
    const started = start({
      onOpen(given, _, received) {
        status = given;
        headers = received;
        isWrongEra = given === 404 || given === 405;
      },
      onEvent({ data }: StreamEvent) {
        if (data === undefined) return;
        clearTimeout(timer);
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
  withinMs: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: UpstreamFailure) => {
      clearTimeout(timer);
      reject(new LinkError(failure));
    };
    const timer = setTimeout(() => {
      started.abort();
      fail({ neverSent: false, code: "TIMEOUT", detail: `it did not answer in ${withinMs} ms` });
    }, withinMs);
    const started = start({
      onOpen(status) {
        clearTimeout(timer);
        if (status >= 200 && status < 300) resolve();
        else fail(invalid(`it answered HTTP ${status} to notifications/initialized`));
      },
      onEvent: () => undefined,
      onEnd: () => undefined,
      onFailure: fail,
    });
  });
}
