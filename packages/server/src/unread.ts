import type { BudgetBook } from "@hub/core";
import { sharedBytesOf } from "@hub/gateway";
import type { Connection, Connections } from "./connections.js";

const lookEveryMs = 200;

/** What a client that was cut off had not read. */
export type Cut = { readonly peer: string; readonly bytes: number };

export type UnreadOptions = {
  readonly connections: Connections;
  readonly budgets: BudgetBook;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly onCut: (cut: Cut) => void;
};

/** What waits on one connection, and since when its client has read nothing. */
type Waiting = {
  bytes: number;
  /** The parts of the answer that are the same for many, so that they are there only once. */
  shared: readonly Buffer[];
  readAt: number;
};

/**
 * Watches how much waits for clients that do not read. When it is more than `waitingBytes` in all, whoever
 * of the address with most has kept most for longest is cut off.
 */
export class Unread {
  readonly #options: UnreadOptions;
  readonly #waiting = new Map<Connection, Waiting>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: UnreadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.look(), lookEveryMs).unref();
    options.budgets.watch("waitingBytes", () => {
      this.#measure();
      return { used: this.#total(), by: this.#largest()?.[0] };
    });
    options.budgets.watch("streamBytes", () => {
      let used = 0;
      let by: string | undefined;
      for (const [{ peer }, { bytes }] of this.#waiting)
        if (bytes > used) [used, by] = [bytes, peer];
      return { used, by };
    });
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Cuts off as many as must go. */
  look(): void {
    const { budgets, now, onCut } = this.#options;
    this.#measure();
    while (this.#waiting.size > 0 && this.#total() > budgets.limit("waitingBytes")) {
      const at = now();
      const [, connections] = this.#largest() ?? ["", []];
      const burden = (connection: Connection) => {
        const { bytes = 0, readAt = at } = this.#waiting.get(connection) ?? {};
        return bytes * (at - readAt + 1);
      };
      const [first, ...others] = connections;
      if (first === undefined) return;
      const heaviest = others.reduce(
        (one, other) => (burden(other) > burden(one) ? other : one),
        first,
      );
      const { bytes = 0 } = this.#waiting.get(heaviest) ?? {};
      this.#waiting.delete(heaviest);
      budgets.refused("waitingBytes");
      onCut({ peer: heaviest.peer, bytes });
      heaviest.end();
    }
  }

  #measure(): void {
    const at = this.#options.now();
    const left = new Set(this.#waiting.keys());
    for (const connection of this.#options.connections.all) {
      const bytes = connection.unreadBytes;
      if (bytes === 0) continue;
      left.delete(connection);
      const { response } = connection;
      const shared = response === undefined ? [] : sharedBytesOf(response);
      const known = this.#waiting.get(connection);
      if (known === undefined) this.#waiting.set(connection, { bytes, shared, readAt: at });
      else {
        if (bytes < known.bytes) known.readAt = at;
        known.bytes = bytes;
        known.shared = shared;
      }
    }
    for (const connection of left) this.#waiting.delete(connection);
  }

  #total(): number {
    const buffers = new Set<ArrayBufferLike>();
    let total = 0;
    for (const { bytes, shared } of this.#waiting.values()) {
      total += Math.max(0, bytes - shared.reduce((sum, { length }) => sum + length, 0));
      for (const { buffer } of shared) buffers.add(buffer);
    }
    for (const { byteLength } of buffers) total += byteLength;
    return total;
  }

  /** The address that most waits for, with its connections. */
  #largest(): readonly [peer: string, connections: readonly Connection[]] | undefined {
    const peers = new Map<string, { bytes: number; readonly connections: Connection[] }>();
    for (const [connection, { bytes }] of this.#waiting) {
      const of = peers.get(connection.peer) ?? { bytes: 0, connections: [] };
      of.bytes += bytes;
      of.connections.push(connection);
      peers.set(connection.peer, of);
    }
    let largest:
      | readonly [string, { bytes: number; readonly connections: Connection[] }]
      | undefined;
    for (const one of peers) if (one[1].bytes > (largest?.[1].bytes ?? 0)) largest = one;
    return largest === undefined ? undefined : [largest[0], largest[1].connections];
  }
}
