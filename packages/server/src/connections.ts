import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type BudgetBook, HubError } from "@hub/core";
import { type Holder, peerOf, Shares } from "@hub/core/limits";
import { sharedBytesOf } from "@hub/gateway";
import type { Reader } from "./unread.js";

/** The part of all connections that is kept for `isControl`. */
const reservedPart = 1 / 16;
const retryAfterMs = 5_000;
/** Requests that a client may send on one connection before the answers to those before them. */
const mostAhead = 64;
/** What a request takes besides the text of its head. */
const requestBytes = 4_096;

/** Answers a request whose turn it is, unless it is refused. */
export type Serve = (response: ServerResponse, refusal: HubError | undefined) => void;

/** One connection of a client. Its requests are answered one after the other, however early they come. */
export class Connection implements Holder, Reader {
  readonly socket: Socket;
  readonly peer: string;
  readonly #budgets: BudgetBook;
  /** The answer that is being given, or was the last one. */
  response: ServerResponse | undefined;
  #last: ServerResponse | undefined;
  #ahead = 0;
  #aheadBytes = 0;
  /** Whether it has its place in the reserve. */
  isReserved = false;

  constructor(socket: Socket, budgets: BudgetBook) {
    this.socket = socket;
    this.#budgets = budgets;
    this.peer = peerOf(socket.remoteAddress);
    // What waits for its turn then has none any more.
    socket.once("close", () => this.#giveBack(this.#aheadBytes));
    // Node ends its side when the client ends its own, so the rest of an answer that is not whole by then
    // can never go out: it would only be kept.
    socket.once("end", () => {
      if (this.response?.writableEnded === false) this.end();
    });
  }

  /** Whether the hub has a whole request of it to answer. Else it is the client that lets the hub wait. */
  get isUsed(): boolean {
    return this.response?.req.complete === true && !this.response.writableEnded;
  }

  /** Bytes that were sent to its client and not taken. */
  get unreadBytes(): number {
    return Math.max(this.socket.writableLength, this.response?.writableLength ?? 0);
  }

  /** The parts of them that other answers hold too. */
  get sharedPieces(): readonly Buffer[] {
    return this.response === undefined ? [] : sharedBytesOf(this.response);
  }

  /** Runs `serve` when the answer before this one was taken, so that never more than one waits. */
  inTurn(response: ServerResponse, serve: (connection: this, response: ServerResponse) => void) {
    const before = this.#last;
    this.#last = response;
    if (before === undefined || before.writableFinished) {
      this.response = response;
      serve(this, response);
      return;
    }
    const bytes = headBytesOf(response.req);
    if (this.#ahead >= mostAhead || !this.#heads.take(this.peer, bytes)) {
      this.#budgets.refused("aheadBytes");
      this.end();
      return;
    }
    this.#ahead += 1;
    this.#aheadBytes += bytes;
    // What else it sends can wait where it is.
    this.socket.pause();
    before.once("close", () => {
      if (this.socket.destroyed) return;
      this.#ahead -= 1;
      this.#giveBack(bytes);
      if (this.#ahead === 0) this.socket.resume();
      this.response = response;
      serve(this, response);
    });
  }

  end(): void {
    this.socket.destroy();
  }

  get #heads() {
    return this.#budgets.byteShares("aheadBytes");
  }

  #giveBack(bytes: number): void {
    this.#aheadBytes -= bytes;
    this.#heads.give(this.peer, bytes);
  }
}

/**
 * The connections of all clients, within their budget. Those for which the hub has nothing to do make
 * room for new ones. When all are at work, further ones are taken from a reserve, where only heartbeats,
 * registrations (on a quarter of it) and questions for the hub's health are answered.
 */
export class Connections {
  readonly #budgets: BudgetBook;
  readonly #open = new Map<Duplex, Connection>();
  readonly #places: Shares;
  readonly #reserve: Shares;
  readonly #serve: (connection: Connection, response: ServerResponse) => void;
  /** Registrations at work in the reserve. */
  #registering = 0;

  constructor(budgets: BudgetBook, serve: Serve) {
    this.#budgets = budgets;
    this.#serve = (connection, response) =>
      serve(response, this.#refusal(connection, response.req));
    const limit = budgets.limit("connections");
    const reserved = Math.max(2, Math.floor(limit * reservedPart));
    this.#places = new Shares(limit - reserved);
    this.#reserve = new Shares(reserved);
    budgets.watch("connections", () => ({ used: this.#open.size, by: this.#places.largest }));
  }

  get all(): Iterable<Connection> {
    return this.#open.values();
  }

  opened(socket: Socket): void {
    const connection = new Connection(socket, this.#budgets);
    const { peer } = connection;
    connection.isReserved = !this.#places.admit(peer, connection);
    if (connection.isReserved && !this.#reserve.admit(peer, connection)) {
      this.#budgets.refused("connections");
      socket.destroy();
      return;
    }
    this.#open.set(socket, connection);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#places.leave(peer, connection);
      this.#reserve.leave(peer, connection);
    });
  }

  /** A request came, which is served when it is its turn. */
  asked(response: ServerResponse): void {
    this.#open.get(response.req.socket)?.inTurn(response, this.#serve);
  }

  /** The answer that is being given on a connection, or was the last one there. */
  answerOn(socket: Duplex): ServerResponse | undefined {
    return this.#open.get(socket)?.response;
  }

  #refusal(connection: Connection, request: IncomingMessage): HubError | undefined {
    if (!connection.isReserved || isControl(request)) return undefined;
    if (isRegistration(request) && this.#registering < this.#reserve.limit / 4) {
      this.#registering += 1;
      connection.response?.once("close", () => {
        this.#registering -= 1;
      });
      return undefined;
    }
    // There may be room by now.
    if (this.#places.admit(connection.peer, connection)) {
      this.#reserve.leave(connection.peer, connection);
      connection.isReserved = false;
      return undefined;
    }
    this.#budgets.refused("connections");
    return new HubError(
      "TOO_MANY_CONNECTIONS",
      `This address already has its share of the hub's ${this.#budgets.shareText("connections", "connections")} in use. Wait for answers, or try again later.`,
      { retryAfterMs },
    );
  }
}

const pathOf = ({ url = "" }: IncomingMessage) => url.split("?", 1)[0] ?? "";

/** A registration may have to wait until the hub has looked for whoever has the name. */
function isRegistration(request: IncomingMessage): boolean {
  return request.method === "POST" && pathOf(request) === "/register";
}

function headBytesOf({ url = "", rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, requestBytes + url.length);
}

/** What keeps servers listed, and operators informed: it is answered whatever others do, and at once. */
function isControl(request: IncomingMessage): boolean {
  const { method } = request;
  const path = pathOf(request);
  if (path === "/healthz" || path === "/readyz") return true;
  // A log keeps nobody listed.
  if (path.endsWith("/log")) return false;
  return path.startsWith("/leases/") && (method === "PUT" || method === "DELETE");
}
