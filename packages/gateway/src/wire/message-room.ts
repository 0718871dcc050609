import type { BudgetBook } from "@hub/core";
import type { ByteShares } from "@hub/core/limits";

/** A message may have so many bytes before it needs room. */
export const freeBytes = 16_384;

/**
 * Room for long messages of servers while they come: they are kept until they are whole. A message that
 * finds no room is not read further until there is some. One of all is read on without room, so that each
 * has its turn: servers take turns at it, each with the message that waits longest.
 */
export class MessageRoom {
  readonly #budgets: BudgetBook;
  readonly #shares: ByteShares;
  /** What waits for room, by server, the oldest first; the server whose turn it is comes first. */
  readonly #waiting = new Map<string, Set<IncomingMessageRoom>>();
  /** What is read on without room. Nothing waits when there is none. */
  #roomless: IncomingMessageRoom | undefined;

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    this.#shares = budgets.byteShares("incomingBytes");
  }

  /** Room for the messages of one answer of a server, by its id, one after the other. `onRoom`: it may be read on. */
  of(serverId: string, onRoom: () => void): IncomingMessageRoom {
    return new IncomingMessageRoom(this, serverId, onRoom);
  }

  /** More of a message came, which needs room for all that came of it. False: it has to wait. */
  grow(message: IncomingMessageRoom): boolean {
    if (this.#take(message)) {
      this.#settle();
      return true;
    }
    this.#roomless ??= message;
    if (this.#roomless === message) return true;
    const { serverId } = message;
    const waiting = this.#waiting.get(serverId) ?? new Set();
    this.#waiting.set(serverId, waiting.add(message));
    if (!message.wasRefused) this.#budgets.refused("incomingBytes");
    message.wasRefused = true;
    return false;
  }

  /** A message is whole, or nobody wants it any more. */
  leave(message: IncomingMessageRoom): void {
    this.#shares.give(message.serverId, message.taken);
    this.#stopWaiting(message);
    if (this.#roomless === message) this.#roomless = undefined;
    this.#settle();
  }

  /** Takes room for all that came of a message; one that was read on without room needs no turn then. */
  #take(message: IncomingMessageRoom): boolean {
    const more = message.length - message.taken;
    if (!this.#shares.take(message.serverId, more)) return false;
    message.taken += more;
    if (this.#roomless === message) this.#roomless = undefined;
    return true;
  }

  /** Lets those be read on that have room now, or their turn. */
  #settle(): void {
    for (const [serverId, waiting] of [...this.#waiting]) {
      for (const message of waiting) {
        const hasRoom = this.#take(message);
        if (!hasRoom && this.#roomless !== undefined) break;
        this.#stopWaiting(message);
        if (!hasRoom) {
          this.#roomless = message;
          // The next turn is another server's.
          if (this.#waiting.delete(serverId) && waiting.size > 0)
            this.#waiting.set(serverId, waiting);
        }
        message.goOn();
      }
    }
  }

  #stopWaiting(message: IncomingMessageRoom): void {
    const waiting = this.#waiting.get(message.serverId);
    if (waiting?.delete(message) === true && waiting.size === 0)
      this.#waiting.delete(message.serverId);
  }
}

/** The room of one message. */
export class IncomingMessageRoom {
  readonly serverId: string;
  readonly #room: MessageRoom;
  readonly #onRoom: () => void;
  /** Bytes of it that came, and those of them that have room. */
  length = 0;
  taken = 0;
  /** Whether it had to wait: each message counts once. */
  wasRefused = false;
  #isWaiting = false;

  constructor(room: MessageRoom, serverId: string, onRoom: () => void) {
    this.#room = room;
    this.serverId = serverId;
    this.#onRoom = onRoom;
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** More of the message came. False: read no more until `onRoom`. */
  add(bytes: number): boolean {
    this.length += bytes;
    // What comes while it waits, such as what was on its way, changes nothing.
    if (this.length <= freeBytes || this.#isWaiting) return !this.#isWaiting;
    this.#isWaiting = !this.#room.grow(this);
    return !this.#isWaiting;
  }

  /** The message is whole, or nobody wants it any more. */
  end(): void {
    const isKnown = this.length > freeBytes;
    if (isKnown) this.#room.leave(this);
    this.length = 0;
    this.taken = 0;
    this.wasRefused = false;
    this.#isWaiting = false;
  }

  /** Called by the room alone. */
  goOn(): void {
    this.#isWaiting = false;
    this.#onRoom();
  }
}
