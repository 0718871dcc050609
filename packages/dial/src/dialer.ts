import { setMaxListeners } from "node:events";
import type { Readable } from "node:stream";
import type { UpstreamCredentials, UpstreamDialer } from "@hub/core/upstream";
import { type ByteBudget, boundedBody, byteBudget } from "./bounded-body.js";
import {
  asDialError,
  type ConnectorOptions,
  type ConnectTrace,
  type Goal,
  type ListenAddress,
  openSocket,
  type Resolve,
  speaksTls,
  systemResolve,
  unlessAborted,
} from "./connector.js";
import { asRecord, credentialHeaders } from "./credential-headers.js";
import { createDeadline, type Deadline } from "./deadline.js";
import { DialError, type DialStep } from "./dial-error.js";
import { type EndpointRules, hostOf } from "./endpoint-rules.js";
import { forward } from "./forward.js";
import { headersFor, hubIdHeader } from "./hop-headers.js";
import { checkPort, type PortState } from "./port-check.js";
import { Agent, sendBy } from "./undici.js";

export type DialerOptions = {
  readonly rules: EndpointRules;
  /** Who this hub is: a random text, new with every start. */
  readonly hubId: string;
  readonly version: string;
  /** Where this hub listens. Asked at every connection, since ports are known late. */
  readonly ownAddresses?: () => readonly ListenAddress[];
  readonly resolve?: Resolve;
  /** More certificate authorities to trust, as PEM. */
  readonly ca?: string;
  /** For resolving, connecting and TLS together. Default: 5 s. */
  readonly connectTimeoutMs?: number;
  /** Default: 16 KiB. */
  readonly maxHeaderBytes?: number;
  /** Connections kept for each origin. Default: no limit. */
  readonly connections?: number;
  /** What goes along to servers that ask for it. Default: nothing. */
  readonly credentials?: UpstreamCredentials | undefined;
  /** Hears how many bytes came, with every piece of an answer that is handed on. Default: nobody. */
  readonly onReceived?: ((length: number) => void) | undefined;
};

/** A dialer with connections of its own. */
export type LineOptions = {
  /** Hears of every step. Default: nobody. */
  readonly trace?: ConnectTrace | undefined;
  /** The server that all of its requests are for: see `UpstreamRequest.serverId`. Default: none. */
  readonly serverId?: string | undefined;
};

type DialRequest = {
  readonly method: "GET" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Ends the request and the reading of its answer. */
  readonly signal: AbortSignal;
  /** The hubs a relayed request already came through (`mcp-hub-via` as received). */
  readonly via?: string | undefined;
  /** What the hub itself proves itself with there. It crosses as it is, and whoever gives it answers for it. */
  readonly ownHeaders?: Readonly<Record<string, string>> | undefined;
};

export type DialAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as sent: undecoded and without a limit. For relaying. */
  readonly stream: Readable;
  /** The body decoded, at most `limit` bytes of it and no more than the budget has left. */
  chunks(limit: number, budget?: ByteBudget): AsyncGenerator<Uint8Array>;
  /** Gives the body up. Needed whenever it is not read to its end. */
  discard(): void;
};

/**
 * Makes every outgoing connection of the hub: connects only to addresses that the rules allow, follows
 * no redirect to another origin, obeys no proxy environment, verifies certificates, and sends no credentials but
 * those that the hub holds for the server that is asked.
 */
export interface Dialer extends UpstreamDialer {
  /** Sends one request. Throws DialError. */
  dial(url: string, request: DialRequest): Promise<DialAnswer>;
  /** Whether a TLS server answers at the host and port of a URL. Throws DialError when nothing does. */
  speaksTls(url: string, signal: AbortSignal): Promise<boolean>;
  /** Whether something listens at the host and port of a URL, at any of its addresses. Never rejects. */
  checkPort(url: string, deadline: Deadline): Promise<PortState>;
  /** A dialer with connections of its own, which end with it. */
  separate(options?: LineOptions): Dialer;
  close(): Promise<void>;
}

export function createDialer(options: DialerOptions): Dialer {
  const connector: ConnectorOptions = {
    rules: options.rules,
    resolve: oneAtATime(options.resolve ?? systemResolve),
    ownAddresses: options.ownAddresses ?? (() => []),
    ca: options.ca,
  };
  return createLine(options, connector);
}

function createLine(
  options: DialerOptions,
  connector: ConnectorOptions,
  { trace, serverId }: LineOptions = {},
): Dialer {
  const closing = new AbortController();
  // Every connection that is being made listens to it.
  setMaxListeners(0, closing.signal);
  const connectTimeoutMs = options.connectTimeoutMs ?? 5_000;
  /** The step each origin's newest connection is in, for requests that are given up before it stands. */
  const steps = new Map<string, DialStep>();

  const connectTo = async (goal: Goal) => {
    const origin = originOf(goal);
    const deadline = createDeadline(connectTimeoutMs, closing.signal);
    try {
      return await openSocket(goal, connector, deadline, (step, done) => {
        steps.set(origin, step);
        trace?.(step, done);
      });
    } finally {
      deadline.clear();
      steps.delete(origin);
    }
  };

  const agent = new Agent({
    connect: (target, callback) => {
      const goal = goalOf(target.protocol, target.hostname, target.port);
      connectTo(goal).then(
        (socket) => callback(null, socket),
        (error: Error) => callback(error, null),
      );
    },
    maxHeaderSize: options.maxHeaderBytes ?? 16_384,
    // Callers limit time with their signals; these would only get in their way.
    headersTimeout: 0,
    bodyTimeout: 0,
    connections: options.connections ?? null,
    allowH2: false,
  });

  return {
    async dial(url, request) {
      const target = new URL(url);
      const goal = goalOf(target.protocol, target.hostname, target.port);
      try {
        request.signal.throwIfAborted();
        const found = credentialHeaders(options.credentials, serverId, url);
        const credentials =
          found instanceof Promise ? await unlessAborted(found, request.signal) : found;
        // undici notices an abort only once the connection stands.
        const asked = sendBy.call(agent, {
          origin: target.origin,
          path: `${target.pathname}${target.search}`,
          method: request.method,
          headers: {
            ...headersFor(request.headers ?? {}, request.via, options),
            ...asRecord(credentials),
            ...request.ownHeaders,
          },
          body: request.body ?? null,
          signal: request.signal,
        });
        const answer = await unlessAborted(asked, request.signal);
        const headers = flatHeaders(answer.headers);
        const discard = () => void answer.body.on("error", () => undefined).destroy();
        trace?.("http", `HTTP ${answer.statusCode}`);
        if (answer.statusCode === 401 && credentials !== undefined && serverId !== undefined)
          options.credentials?.onRefused(serverId, credentials);
        if (headers[hubIdHeader] === options.hubId) {
          discard();
          throw new DialError("http", "HUB_ITSELF", "was answered by the hub itself");
        }
        return {
          status: answer.statusCode,
          headers,
          stream: answer.body,
          chunks: (limit, budget = byteBudget(limit)) =>
            boundedBody(answer.body, headers["content-encoding"], limit, budget, request.signal),
          discard,
        };
      } catch (error) {
        throw asDialError(steps.get(originOf(goal)) ?? "http", error, request.signal);
      }
    },
    send: (url, request, receiver) => forward(agent, url, request, receiver, options),
    async speaksTls(url, signal) {
      const target = new URL(url);
      const deadline = createDeadline(connectTimeoutMs, signal);
      try {
        return await speaksTls(
          goalOf(target.protocol, target.hostname, target.port),
          connector,
          deadline,
        );
      } finally {
        deadline.clear();
      }
    },
    checkPort(url, deadline) {
      const target = new URL(url);
      return checkPort(goalOf(target.protocol, target.hostname, target.port), connector, deadline);
    },
    separate: (line) => createLine(options, connector, line),
    async close() {
      closing.abort(new DialError("connect", "ABORTED", "was given up"));
      await agent.destroy();
    },
  };
}

function goalOf(protocol: string, hostname: string, port: string): Goal {
  const isTls = protocol === "https:";
  const host = hostOf(
    new URL(
      `http://${hostname.includes(":") && !hostname.startsWith("[") ? `[${hostname}]` : hostname}`,
    ),
  );
  return { hostname: host, port: Number(port) || (isTls ? 443 : 80), isTls };
}

function originOf(goal: Goal): string {
  return `${goal.isTls} ${goal.hostname} ${goal.port}`;
}

function flatHeaders(headers: Readonly<Record<string, string | string[] | undefined>>) {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}

/** Names that take long to resolve must not use up the few threads that resolve: one look-up a name. */
function oneAtATime(resolve: Resolve): Resolve {
  const running = new Map<string, Promise<readonly string[]>>();
  return (hostname) => {
    const known = running.get(hostname);
    if (known !== undefined) return known;
    const started = resolve(hostname).finally(() => running.delete(hostname));
    running.set(hostname, started);
    return started;
  };
}
