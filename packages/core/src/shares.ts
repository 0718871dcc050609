/** What takes one place of a pool: a session, a stream, a connection. */
export interface Holder {
  /** Whether it was used since it was opened. What was used keeps its place until it ends by itself. */
  readonly isUsed: boolean;
  /** Ends it, because its place goes to somebody else. */
  end(): void;
}

/**
 * The places of one pool, shared between peers. A peer may hold as many as are free, so one alone gets
 * half of them, and whoever comes later still finds some. Who may have no more gets the place of a holder
 * that was never used: the oldest one of the peer that holds most, if that holds more, or is the same.
 */
export class Shares {
  readonly limit: number;
  readonly #peers = new Map<string, Set<Holder>>();
  #size = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** Gives a holder a place; false when there is none for its peer. */
  admit(peer: string, holder: Holder): boolean {
    if (this.heldBy(peer) >= this.limit - this.#size) {
      const unused = this.#unused(peer);
      if (unused === undefined) return false;
      this.leave(unused.peer, unused.holder);
      unused.holder.end();
    }
    this.#add(peer, holder);
    return true;
  }

  /** Gives a holder the place that it, or what it follows, had before; false when all are taken. */
  keep(peer: string, holder: Holder): boolean {
    if (this.#size >= this.limit) return false;
    this.#add(peer, holder);
    return true;
  }

  /** Gives a place back. Does nothing for a holder that has none. */
  leave(peer: string, holder: Holder): void {
    const held = this.#peers.get(peer);
    if (held?.delete(holder) !== true) return;
    this.#size -= 1;
    if (held.size === 0) this.#peers.delete(peer);
  }

  /** How many places a peer has. */
  heldBy(peer: string): number {
    return this.#peers.get(peer)?.size ?? 0;
  }

  /** The peer that holds most. */
  get largest(): string | undefined {
    let largest: string | undefined;
    for (const [peer, { size }] of this.#peers)
      if (largest === undefined || size > this.heldBy(largest)) largest = peer;
    return largest;
  }

  #add(peer: string, holder: Holder): void {
    const held = this.#peers.get(peer) ?? new Set();
    this.#peers.set(peer, held.add(holder));
    this.#size += 1;
  }

  /** Who makes room for one more of a peer's. */
  #unused(peer: string): { readonly peer: string; readonly holder: Holder } | undefined {
    const own = this.heldBy(peer);
    const asked = [...this.#peers]
      .filter(([other, { size }]) => other === peer || size > own)
      .sort(([, one], [, two]) => two.size - one.size);
    for (const [other, holders] of asked)
      for (const holder of holders) if (!holder.isUsed) return { peer: other, holder };
    return undefined;
  }
}
