import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { getRequestListener, RequestError } from "@hono/node-server";
import { BudgetBook, HubError } from "@hub/core";
import { connectionRefusal, hubEndpointOf } from "@hub/gateway";
import type { Callers } from "./access/callers.js";
import type { HubApp } from "./api/hono.js";
import { hostNameIn } from "./api/host-header.js";
import { faultError, newInstance, type ProblemAnswer, problemAnswer } from "./api/problem.js";
import { sendProblem, type TellFault, withinBoundary } from "./boundary.js";
import { Connections, type Serve } from "./connections.js";
import type { TakeRequest } from "./gateway-handler.js";
import { listenOn } from "./listen-on.js";
import { closeSocket, turnAtRest } from "./stop-listening.js";
import { type Cut, Unread } from "./unread.js";

export type ConnectionLimits = {
  /** Until all headers of a request must be there. */
  readonly headersMs: number;
  /** Until the whole request, with its body, must be there. */
  readonly requestMs: number;
  /** How often the two above are looked at. */
  readonly checkEveryMs: number;
};

export const connectionLimits: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 5_000,
};

export type ListenOptions = {
  readonly limits?: ConnectionLimits;
  /** Sees every request first; what it does not take goes to the app. Default: everything does. */
  readonly takeRequest?: TakeRequest;
  /** Default: the table's. */
  readonly budgets?: BudgetBook;
  /** Says whose each request is. Default: its connection does. */
  readonly callers?: Callers;
  /** Whether an address is that of a trusted proxy. Default: none is. */
  readonly isProxy?: (address: string | undefined) => boolean;
  /** Hears of clients that were cut off because they did not read. */
  readonly onCut?: (cut: Cut) => void;
  /** Hears of faults of the hub's own, each of which costs one request. */
  readonly tellFault?: TellFault;
};

const closeIdleEveryMs = 50;
/** What Node lets wait by itself. */
const leastBacklog = 511;

/** A connection that has asked nothing gets this long to do so when the hub stops. */
const unusedGraceMs = 500;
const unusedLookMs = 5;
const mostHeaderBytes = 16_384;

export type Listener = {
  readonly port: number;
  /** Where it listens, as addresses. */
  readonly addresses: readonly { readonly address: string; readonly port: number }[];
  /**
   * Takes no more connections. Resolves when each one that was let in has asked, or is given up: whoever was let in
   * knows no other hub any more.
   */
  readonly stopAccepting: () => Promise<void>;
  /** Stops accepting, waits for requests in flight, and cuts what is left after `graceMs`. */
  readonly close: (graceMs: number) => Promise<void>;
};

/** What Node lets through but two programs in a row may read differently. */
function ambiguity(request: IncomingMessage): string | undefined {
  let hosts = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  if (hosts === 0) return "The request has no Host header.";
  if (hosts > 1) return "The request has more than one Host header.";
  if (hostNameIn(request.headers.host ?? "") === undefined)
    return "The Host header must be a host, with or without a port.";
  if (request.url?.startsWith("/") === false) return "The request target must be a path.";
  return undefined;
}

const invalid = (detail: string) => problemAnswer(new HubError("INVALID_REQUEST", detail));

function refuse(response: ServerResponse, problem: ProblemAnswer): void {
  sendProblem(response, problem, { connection: "close" });
}

/** A refusal as clients of the path expect it: a JSON-RPC error where MCP is spoken, else a problem. */
function inWordsOf({ url = "" }: IncomingMessage, refusal: HubError): ProblemAnswer {
  const { retryAfterMs } = refusal;
  if (retryAfterMs === undefined || hubEndpointOf(url.split("?", 1)[0] ?? "") === undefined)
    return problemAnswer(refusal);
  const { status, text, headers } = connectionRefusal(retryAfterMs);
  return { status, headers: { "content-type": "application/json", ...headers }, body: text };
}

function responseOf({ status, headers, body }: ProblemAnswer): Response {
  return new Response(body, { status, headers });
}

/** What is wrong with bytes that Node could not read as a request, and the status that says so. */
function unreadable(code: string | undefined): readonly [status: number, detail: string] {
  if (code === "HPE_HEADER_OVERFLOW")
    return [431, `The headers may have at most ${mostHeaderBytes} bytes together.`];
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return [408, "The request did not arrive in time."];
  return [400, "This is not a complete HTTP/1.1 request."];
}

/** Answers on a connection that has no request to answer, and closes it. */
function refuseConnection(socket: Duplex, code: string | undefined): void {
  const [status, detail] = unreadable(code);
  const problem = invalid(detail);
  const body = JSON.stringify({ ...JSON.parse(problem.body), status });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(problem.headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  if (socket.writable) socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
  else socket.destroy();
}

/** Serves the app on a TCP port with limits of its own; Node's defaults wait for minutes. */
export async function listen(
  app: Pick<HubApp, "fetch">,
  host: string,
  port: number,
  {
    limits = connectionLimits,
    takeRequest = () => false,
    budgets = new BudgetBook(),
    callers,
    isProxy,
    onCut = () => {},
    tellFault = () => {},
  }: ListenOptions = {},
): Promise<Listener> {
  const serve: Serve = (response, refusal) => {
    const request = response.req;
    unread.lookWhileBusy();
    withinBoundary(request, response, tellFault, () => {
      if (refusal !== undefined) return refuse(response, inWordsOf(request, refusal));
      const problem = ambiguity(request);
      if (problem !== undefined) return refuse(response, invalid(problem));
      const taken = takeRequest(request, response);
      return taken === false ? handle(request, response) : taken;
    });
  };
  const connections = new Connections(budgets, serve, isProxy);
  if (callers !== undefined)
    callers.connections = ({ socket }, peer) => connections.belongsTo(socket, peer);
  const unread = new Unread({ connections, budgets, now: () => performance.now(), onCut });

  const handle = getRequestListener(app.fetch, {
    errorHandler: (error) => {
      if (error instanceof RequestError)
        return responseOf(invalid("The request target or the Host header is not valid."));
      const instance = newInstance();
      tellFault({ error, instance });
      return responseOf(problemAnswer(faultError(), instance));
    },
  });
  const server: Server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      keepAliveTimeout: 30_000,
      maxHeaderSize: mostHeaderBytes,
      // Said by `ambiguity`, in words.
      requireHostHeader: false,
    },
    (_, response) => connections.asked(response),
  );
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = connections.answerOn(socket);
    const isAnswering = response?.headersSent === true && !response.writableFinished;
    // A second answer in the middle of one would be read as a part of it.
    if (isAnswering) socket.destroy();
    else refuseConnection(socket, error.code);
  });
  server.on("checkExpectation", (_, response) =>
    refuse(response, invalid("The only expectation the hub can meet is 100-continue.")),
  );
  server.on("connect", (_, socket) => refuseConnection(socket, undefined));
  server.on("connection", (socket) => connections.opened(socket));
  // As many as may be open may come at once, as after a restart of the hub. Of more than may wait for it
  // the kernel breaks off some, with nothing that the hub could say; the kernel has a limit of its own too.
  const backlog = Math.max(leastBacklog, budgets.limit("connections"));
  const address = await listenOn(server, { host, port, backlog }, (error) =>
    tellFault({ error, instance: newInstance() }),
  );
  let closed: Promise<void> | undefined;
  const stopListening = () => {
    closed ??= new Promise((resolve) => {
      closeSocket(server, resolve);
      server.close();
    });
    return closed;
  };
  return {
    port: address.port,
    addresses: [{ address: address.address, port: address.port }],
    stopAccepting: async () => {
      await turnAtRest();
      void stopListening();
      const began = performance.now();
      const hasUnused = () => [...connections.all].some(({ response }) => response === undefined);
      while (hasUnused() && performance.now() - began < unusedGraceMs) await sleep(unusedLookMs);
    },
    close: async (graceMs) => {
      const cut = setTimeout(() => {
        for (const connection of connections.all) connection.end();
      }, graceMs);
      const began = performance.now();
      // A kept connection becomes idle when its last answer is out, which may be later. One that
      // never asked anything does not count as idle to Node.
      const closeIdle = setInterval(() => {
        server.closeIdleConnections();
        if (performance.now() - began < unusedGraceMs) return;
        for (const connection of connections.all)
          if (connection.response === undefined) connection.end();
      }, closeIdleEveryMs);
      const isClosed = stopListening();
      server.closeIdleConnections();
      await isClosed;
      clearTimeout(cut);
      clearInterval(closeIdle);
      unread.stop();
    },
  };
}
