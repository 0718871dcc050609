import type { BudgetBook } from "@hub/core";

const lookEveryMs = 200;
/** While the hub answers one request after the other, timers come late and much can gather: 20 long lists a second. */
const lookWhileBusyEveryMs = 50;

/** What a client that was cut off had not read. */
export type Cut = { readonly peer: string; readonly bytes: number };

/** A connection with what was sent to its client and not taken. */
export interface Reader {
  readonly peer: string;
  readonly unreadBytes: number;
  /** The parts of them that are the same for many, so that they are there only once. */
  readonly sharedPieces: readonly Buffer[];
  end(): void;
}

export type UnreadOptions = {
  readonly connections: { readonly all: Iterable<Reader> };
  readonly budgets: BudgetBook;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  readonly onCut: (cut: Cut) => void;
};

/** What waits on one connection, and since when its client has read nothing. */
type Waiting = {
  bytes: number;
  shared: readonly Buffer[];
  readAt: number;
};

/** Bytes that each answers for. */
type Burdens = ReadonlyMap<Reader, number>;

/**
 * Watches how much waits for clients that do not read. When it is more than `waitingBytes` in all, whoever
 * of the address with most has kept most for longest is cut off. What counts is what would be free
 * then. Bytes that several wait for count for each of them only where cutting off the others is not enough.
 */
export class Unread {
  readonly #options: UnreadOptions;
  readonly #waiting = new Map<Reader, Waiting>();
  readonly #timer: NodeJS.Timeout;
  #lookedAt = 0;

  constructor(options: UnreadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.look(), lookEveryMs).unref();
    options.budgets.watch("waitingBytes", () => {
      this.#measure();
      return { used: this.#total(), by: largestOf(this.#freed()) };
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

  /** Cuts off as many as must go, if nobody has looked for a while. */
  lookWhileBusy(): void {
    if (this.#options.now() - this.#lookedAt >= lookWhileBusyEveryMs) this.look();
  }

  /** Cuts off as many as must go. */
  look(): void {
    const { budgets, now, onCut } = this.#options;
    this.#lookedAt = now();
    this.#measure();
    const limit = budgets.limit("waitingBytes");
    const excess = this.#total() - limit;
    if (excess <= 0) return;
    const isFreedEnough = sum(this.#freed().values()) >= excess;
    while (this.#total() > limit) {
      const heaviest = this.#heaviest(isFreedEnough ? this.#freed() : this.#parts(), now());
      if (heaviest === undefined) return;
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
    for (const reader of this.#options.connections.all) {
      const bytes = reader.unreadBytes;
      if (bytes === 0) continue;
      left.delete(reader);
      const { sharedPieces: shared } = reader;
      const known = this.#waiting.get(reader);
      if (known === undefined) this.#waiting.set(reader, { bytes, shared, readAt: at });
      else {
        if (bytes < known.bytes) known.readAt = at;
        known.bytes = bytes;
        known.shared = shared;
      }
    }
    for (const reader of left) this.#waiting.delete(reader);
  }

  #total(): number {
    const own = [...this.#waiting.values()].map(ownBytes);
    const shared = [...this.#holders().keys()].map(({ byteLength }) => byteLength);
    return sum(own) + sum(shared);
  }

  /** What is shared, and how many wait for each of it. */
  #holders(): ReadonlyMap<ArrayBufferLike, number> {
    const holders = new Map<ArrayBufferLike, number>();
    for (const waiting of this.#waiting.values())
      for (const buffer of sharedBy(waiting)) holders.set(buffer, (holders.get(buffer) ?? 0) + 1);
    return holders;
  }

  /** Who is cut off next: of those who have much, the one that has read nothing for longest. */
  #heaviest(burdens: Burdens, at: number): Reader | undefined {
    const peer = largestOf(burdens);
    const ofPeer = [...burdens].filter(([reader, bytes]) => reader.peer === peer && bytes > 0);
    const much = Math.max(...ofPeer.map(([, bytes]) => bytes)) / 2;
    let heaviest: Reader | undefined;
    let most = 0;
    for (const [reader, bytes] of ofPeer) {
      const weight = bytes * (at - (this.#waiting.get(reader)?.readAt ?? at) + 1);
      if (bytes >= much && weight > most) [heaviest, most] = [reader, weight];
    }
    return heaviest;
  }

  /** What would be free without each. */
  #freed(): Burdens {
    return this.#burdens((bytes, holders) => (holders === 1 ? bytes : 0));
  }

  /** What each waits for, with its part of what it shares. */
  #parts(): Burdens {
    return this.#burdens((bytes, holders) => bytes / holders);
  }

  #burdens(ofShared: (bytes: number, holders: number) => number): Burdens {
    const holders = this.#holders();
    const burdens = new Map<Reader, number>();
    for (const [reader, waiting] of this.#waiting) {
      const shared = [...sharedBy(waiting)].map((buffer) =>
        ofShared(buffer.byteLength, holders.get(buffer) ?? 1),
      );
      burdens.set(reader, ownBytes(waiting) + sum(shared));
    }
    return burdens;
  }
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** What waits for one client and for nobody else. */
function ownBytes({ bytes, shared }: Waiting): number {
  return Math.max(0, bytes - sum(shared.map(({ length }) => length)));
}

function sharedBy({ shared }: Waiting): ReadonlySet<ArrayBufferLike> {
  return new Set(shared.map(({ buffer }) => buffer));
}

/** The address whose connections answer for most. */
function largestOf(burdens: Burdens): string | undefined {
  const peers = new Map<string, number>();
  for (const [{ peer }, bytes] of burdens) peers.set(peer, (peers.get(peer) ?? 0) + bytes);
  let largest: string | undefined;
  let most = 0;
  for (const [peer, bytes] of peers) if (bytes > most) [largest, most] = [peer, bytes];
  return largest;
}
