import { areReady, ready, type UpstreamDialer, type UpstreamExchange } from "@hub/core/upstream";
import type { JsonRpcRequest } from "@hub/mcp";
import { type ServerMessageLimits, shortMessages } from "../wire/message-limits.js";
import { responseTo, type Start, tell } from "./brief-exchange.js";
import { exchange, type MessageReceiver } from "./exchange.js";
import { type Greeted, greet, type Send, sessionHeaders } from "./handshake.js";
import type { LegacyIdentity } from "./initialize.js";
import type { Initialized, UpstreamInstance } from "./instances.js";
import { OpenExchanges } from "./open-exchanges.js";
import { ownRequestId } from "./own-ids.js";
import { ownReplies, tellInTurn } from "./own-replies.js";
import { SessionAnswer, type SessionStanding } from "./session-answers.js";

/** What is kept of a session with a server, to go on in it from another process of the hub. */
export type KeptLink = {
  readonly serverId: string;
  readonly instanceId: string;
  readonly sessionId: string;
  readonly protocolVersion: string;
  /** Whether it can be told a log level. */
  readonly canLog: boolean;
};

/** A session with one instance of a 2025 server; it belongs to one client. */
export interface LegacyLink {
  readonly instance: UpstreamInstance;
  readonly initialized: Initialized;
  /** How long it may take to open another one, and a stream of it. */
  readonly handshakeMs: number;
  /** False when the server keeps no sessions: it can then ask nothing and announce nothing. */
  readonly isStateful: boolean;
  /** Undefined for a session that ends with its connection, and where there is none. */
  readonly kept: KeptLink | undefined;
  /** The session is of no use any more: the server said that it does not know it, or the hub ended it. */
  readonly isLost: boolean;
  /** The instance registered again since the session was last known to stand: see `verify`. */
  readonly isInDoubt: boolean;
  /** Asks whether the session stands: another process may be there now. Never rejects. */
  verify(): Promise<boolean>;
  /** `text`: the message as it goes out. Default: made of it. */
  request(message: JsonRpcRequest, receiver: MessageReceiver, text?: string): UpstreamExchange;
  /** Sends a notification or the answer of a client. Failures are the server's loss: nothing waits for it. */
  post(message: object): void;
  /**
   * Sends an answer that the hub itself gives, in its turn. A server that asks more than may wait loses
   * the session: all that is open in it fails.
   */
  reply(message: object): void;
  /** Hears what belongs to no call; with an id, what was missed since. */
  listen(receiver: MessageReceiver, lastEventId?: string): UpstreamExchange | undefined;
  /** Ends the session. What is open in it is ended by whoever began it. */
  close(): void;
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

/** Opens a session over streamable HTTP. Rejects with LinkError. */
export async function openStreamableLink(options: LegacyLinkOptions): Promise<LegacyLink> {
  const { instance } = options;
  const { knownSince } = instance;
  const wire = wireOf(options);
  const greeted = await greeting(options, wire.send, wire.end);
  return linkOf(options, wire, greeted, knownSince);
}

/** A session that another process of the hub opened. It is in doubt until the server was asked. */
export function resumeStreamableLink(options: LegacyLinkOptions, kept: KeptLink): LegacyLink {
  const { protocolVersion, sessionId, canLog } = kept;
  const capabilities = canLog ? { logging: {} } : {};
  const greeted = { initialized: { protocolVersion, capabilities }, sessionId };
  return linkOf(options, wireOf(options), greeted, undefined);
}

type Wire = {
  readonly send: Send;
  /** Ends the session that these headers name. */
  readonly end: (headers: Readonly<Record<string, string>>) => void;
};

function wireOf({ dialer, instance, limits, via, handshakeMs }: LegacyLinkOptions): Wire {
  const send: Send = (message, headers, receiver, text = JSON.stringify(message)) =>
    exchange(
      dialer,
      instance,
      {
        method: "POST",
        headers: areReady(headers) ? headers : { ...postHeaders, ...headers },
        body: text,
        via,
      },
      limits,
      receiver,
    );
  const end = (headers: Readonly<Record<string, string>>) => {
    const request = { method: "DELETE", headers, via } as const;
    const short = shortMessages(limits);
    const start: Start = (receiver) => exchange(dialer, instance, request, short, receiver);
    tellInTurn(instance.farewells, "", start, handshakeMs);
  };
  return { send, end };
}

/** `provenAt`: the registration of the instance that the session was opened with; undefined when that is not known. */
function linkOf(
  options: LegacyLinkOptions,
  { send, end }: Wire,
  greeted: Greeted,
  provenAt: number | undefined,
): LegacyLink {
  const { dialer, instance, limits, via, handshakeMs } = options;
  const { initialized, sessionId } = greeted;
  let knownSince = provenAt;
  const own = sessionHeaders(greeted);
  const ownPost = ready({ ...postHeaders, ...own, "accept-encoding": "identity" });
  const open = new OpenExchanges();
  const standing: SessionStanding = {
    // What was kept has served before.
    isProven: provenAt === undefined,
    isUnknown: false,
    isLost: false,
  };
  let isClosed = false;
  const sending = (message: object): Start => {
    return (receiver) => send(message, ownPost, receiver);
  };
  const asking = (message: JsonRpcRequest, text?: string): Start => {
    const { protocolVersion } = initialized;
    return (receiver) => {
      const answer = new SessionAnswer(message.id, protocolVersion, standing, receiver);
      return send(message, ownPost, answer, text);
    };
  };
  /** Messages that were sent and not answered. The session ends after them: a server takes none for one that it ended. */
  let told = 0;
  const tellServer = (message: object) => {
    told += 1;
    const onOver = () => {
      told -= 1;
      if (told === 0 && isClosed && !standing.isUnknown) end(own);
    };
    // So that a server that hangs is not connected to for each call that ends.
    if (!tellInTurn(instance.farewells, "", sending(message), handshakeMs, onOver)) onOver();
  };
  const close = () => {
    if (sessionId === undefined || standing.isUnknown || isClosed) return;
    isClosed = true;
    if (told === 0) end(own);
  };
  const reply = ownReplies(instance, handshakeMs, (failure) => {
    close();
    standing.isLost = true;
    open.fail(failure);
  });
  return {
    instance,
    initialized,
    handshakeMs,
    isStateful: sessionId !== undefined,
    kept:
      sessionId === undefined
        ? undefined
        : {
            serverId: instance.serverId,
            instanceId: instance.instanceId,
            sessionId,
            protocolVersion: initialized.protocolVersion,
            canLog: initialized.capabilities.logging !== undefined,
          },
    get isLost() {
      return standing.isLost;
    },
    get isInDoubt() {
      return sessionId !== undefined && instance.knownSince !== knownSince;
    },
    async verify() {
      const since = instance.knownSince;
      const ping = { jsonrpc: "2.0", id: ownRequestId(), method: "ping" } as const;
      const answer = await responseTo(asking(ping), { withinMs: handshakeMs });
      // Any answer will do, also that it does not know what a ping is.
      if (answer === undefined || standing.isLost) standing.isLost = true;
      else knownSince = since;
      return !standing.isLost;
    },
    request: (message, receiver, text) => open.start(asking(message, text), receiver),
    post(message) {
      // Whoever waits for an answer must not wait for anything else as well.
      if (!("method" in message)) tell(sending(message), handshakeMs);
      else tellServer(message);
    },
    reply: (message) => reply(sending(message)),
    listen(receiver, lastEventId) {
      if (sessionId === undefined) return undefined;
      const resume = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
      const headers = { ...own, ...resume, accept: "text/event-stream" };
      const request = { method: "GET", headers, via } as const;
      // That there is no stream, in whatever words, says nothing of the session.
      return open.start((heard) => exchange(dialer, instance, request, limits, heard), receiver);
    },
    close,
  };
}

/** A server that keeps no sessions is greeted once, for all. */
async function greeting(
  options: LegacyLinkOptions,
  send: Send,
  onLeft: (headers: Readonly<Record<string, string>>) => void,
): Promise<Greeted> {
  const { instance, identity, handshakeMs: withinMs, signal } = options;
  if (instance.greeting !== undefined)
    return { initialized: instance.greeting, sessionId: undefined };
  const greeted = await greet(identity, send, { withinMs, signal }, onLeft);
  const isStateless = greeted.sessionId === undefined;
  instance.legacySessions = isStateless ? "stateless" : "sessions";
  instance.greeting = isStateless ? greeted.initialized : undefined;
  return greeted;
}
