import type { BudgetBook, ByteShares } from "@hub/core";

/** A message may have so many bytes before it needs room. */
const freeBytes = 65_536;

/**
 * Room for long messages of servers while they come: they are kept until they are whole. A message that
 * finds no room is not read further until there is some. The oldest of each server is always read on, so
 * that the others' turn comes.
 */
export class MessageRoom {
  readonly #budgets: BudgetBook;
  readonly #shares: ByteShares;
  /** Who has room or waits for it, by server, the oldest first. */
  readonly #messages = new Map<string, Set<IncomingMessageRoom>>();

  constructor(budgets: BudgetBook) {
    this.#budgets = budgets;
    this.#shares = budgets.byteShares("incomingBytes");
  }

  /** Room for the messages of one answer, one after the other. `onRoom`: it may be read on. */
  of(server: string, onRoom: () => void): IncomingMessageRoom {
    return new IncomingMessageRoom(this, server, onRoom);
  }

  take(message: IncomingMessageRoom, bytes: number): boolean {
    const { server } = message;
    const messages = this.#messages.get(server) ?? new Set();
    this.#messages.set(server, messages.add(message));
    if (this.#shares.take(server, bytes)) return true;
    this.#budgets.refused("incomingBytes");
    return false;
  }

  /** Whether no older message of its server is there. */
  isOldest(message: IncomingMessageRoom): boolean {
    const [oldest] = this.#messages.get(message.server) ?? [];
    return oldest === message;
  }

  leave(message: IncomingMessageRoom, bytes: number): void {
    const { server } = message;
    this.#shares.give(server, bytes);
    const messages = this.#messages.get(server);
    messages?.delete(message);
    if (messages?.size === 0) this.#messages.delete(server);
    for (const others of [...this.#messages.values()])
      for (const other of [...others]) other.tryAgain();
  }
}

/** The room of one message. */
export class IncomingMessageRoom {
  readonly server: string;
  readonly #room: MessageRoom;
  readonly #onRoom: () => void;
  #length = 0;
  #taken = 0;
  #isWaiting = false;

  constructor(room: MessageRoom, server: string, onRoom: () => void) {
    this.#room = room;
    this.server = server;
    this.#onRoom = onRoom;
  }

  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** More of the message came. False: read no more until `onRoom`. */
  add(bytes: number): boolean {
    this.#length += bytes;
    if (this.#length <= freeBytes) return true;
    this.#isWaiting = !this.#takeAll() && !this.#room.isOldest(this);
    return !this.#isWaiting;
  }

  /** The message is whole, or nobody wants it any more. */
  end(): void {
    const isKnown = this.#length > freeBytes;
    const taken = this.#taken;
    this.#length = 0;
    this.#taken = 0;
    this.#isWaiting = false;
    if (isKnown) this.#room.leave(this, taken);
  }

  tryAgain(): void {
    if (!this.#isWaiting || (!this.#takeAll() && !this.#room.isOldest(this))) return;
    this.#isWaiting = false;
    this.#onRoom();
  }

  #takeAll(): boolean {
    const more = this.#length - this.#taken;
    if (!this.#room.take(this, more)) return false;
    this.#taken = this.#length;
    return true;
  }
}
