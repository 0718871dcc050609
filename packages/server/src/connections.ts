import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type BudgetBook, HubError } from "@hub/core";
import { type Holder, peerOf, plainAddress, Shares } from "@hub/core/limits";
import { sharedBytesOf } from "@hub/gateway";
import { isControl, isRegistration } from "./access/control.js";
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
  /** Whose its requests are. What comes over the connection of a proxy may be of another client each time. */
  peer: string;
  /** Where it comes from. */
  readonly #from: string;
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
    this.#from = peerOf(socket.remoteAddress);
    this.peer = this.#from;
    // What waits for its turn then has none any more.
    socket.once("close", () => this.#giveBack(this.#aheadBytes));
    // Node ends its side when the client ends its own, so the rest of an answer that is not whole by then
    // can never go out: it would only be kept.
    socket.once("end", () => {
      if (this.response?.writableEnded === false) this.end();
    });
  }

  get address(): string | undefined {
    const { remoteAddress } = this.socket;
    return remoteAddress === undefined ? undefined : plainAddress(remoteAddress);
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
    if (this.#ahead >= mostAhead || !this.#heads.take(this.#from, bytes)) {
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
    this.#heads.give(this.#from, bytes);
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
  readonly #isProxy: (address: string | undefined) => boolean;
  /** Registrations at work in the reserve. */
  #registering = 0;

  /** `isProxy`: whether an address is that of a trusted proxy, whose connections are its clients'. Default: none is. */
  constructor(
    budgets: BudgetBook,
    serve: Serve,
    isProxy: (address: string | undefined) => boolean = () => false,
  ) {
    this.#budgets = budgets;
    this.#isProxy = isProxy;
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
    connection.isReserved = !this.#place(connection);
    if (connection.isReserved && !this.#reserve.admit(connection.peer, connection)) {
      this.#budgets.refused("connections");
      socket.destroy();
      return;
    }
    this.#open.set(socket, connection);
    socket.once("close", () => {
      this.#open.delete(socket);
      this.#places.leave(connection.peer, connection);
      this.#reserve.leave(connection.peer, connection);
    });
  }

  /** A request came, which is served when it is its turn. */
  asked(response: ServerResponse): void {
    this.#open.get(response.req.socket)?.inTurn(response, this.#serve);
  }

  /** Counts a connection as somebody's from now on. Returns why that client may have no more of them. */
  belongsTo(socket: Duplex, peer: string): HubError | undefined {
    const connection = this.#open.get(socket);
    // What is answered in the reserve is answered whoever asks it.
    if (connection === undefined || connection.isReserved || connection.peer === peer)
      return undefined;
    const before = connection.peer;
    this.#places.leave(before, connection);
    if (this.#places.admit(peer, connection)) {
      connection.peer = peer;
      return undefined;
    }
    this.#places.keep(before, connection);
    return this.#tooMany();
  }

  /** The answer that is being given on a connection, or was the last one there. */
  answerOn(socket: Duplex): ServerResponse | undefined {
    return this.#open.get(socket)?.response;
  }

  #refusal(connection: Connection, request: IncomingMessage): HubError | undefined {
    const asked = { method: request.method, target: request.url ?? "" };
    if (!connection.isReserved || isControl(asked)) return undefined;
    if (isRegistration(asked) && this.#registering < this.#reserve.limit / 4) {
      this.#registering += 1;
      connection.response?.once("close", () => {
        this.#registering -= 1;
      });
      return undefined;
    }
    // There may be room by now.
    if (this.#place(connection)) {
      this.#reserve.leave(connection.peer, connection);
      connection.isReserved = false;
      return undefined;
    }
    return this.#tooMany();
  }

  /** A proxy has no share: each request says whose it is. */
  #place(connection: Connection): boolean {
    return (
      this.#places.admit(connection.peer, connection) ||
      (this.#isProxy(connection.address) && this.#places.keep(connection.peer, connection))
    );
  }

  #tooMany(): HubError {
    this.#budgets.refused("connections");
    return new HubError(
      "TOO_MANY_CONNECTIONS",
      `This client already has its share of the hub's ${this.#budgets.shareText("connections", "connections")} in use. Wait for answers, or try again later.`,
      { retryAfterMs },
    );
  }
}

function headBytesOf({ url = "", rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, { length }) => sum + length, requestBytes + url.length);
}
