import type { JsonRpcRequest } from "../wire/json-rpc.js";
import { type ServerMessageLimits, shortMessages } from "../wire/message-limits.js";
import { exchange, type MessageReceiver } from "./exchange.js";
import { accepted, firstAnswer, type Patience } from "./first-answer.js";
import { initializeRequest, readInitialized } from "./initialize.js";
import type { Initialized, UpstreamInstance } from "./instances.js";
import { invalid, LinkError } from "./link-error.js";
import type { UpstreamDialer, UpstreamExchange } from "./port.js";
import { sessionIdIn } from "./session-id.js";
import { type Start, tell, tellInTurn } from "./tell.js";

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

export type LegacyLinkOptions = Patience & {
  readonly dialer: UpstreamDialer;
  readonly instance: UpstreamInstance;
  readonly identity: LegacyIdentity;
  readonly limits: ServerMessageLimits;
  readonly via?: string | undefined;
};

export const postHeaders = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
} as const;

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
