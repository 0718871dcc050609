/**
 * The bytes of one budget, shared between peers as places are (see `Shares`): a peer may have as many
 * as are free, so one alone gets half of them.
 */
export class ByteShares {
  readonly #limit: number;
  readonly #peers = new Map<string, number>();
  #total = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes bytes for a peer; false, and none taken, when it may not have so many more. */
  take(peer: string, bytes: number): boolean {
    const held = this.#peers.get(peer) ?? 0;
    // What is left free must still be as much as the peer then has.
    if (held + bytes > this.#limit - this.#total - bytes) return false;
    this.#add(peer, bytes);
    return true;
  }

  /** Takes bytes that the peer had before; false, and none taken, when there are not so many. */
  keep(peer: string, bytes: number): boolean {
    if (this.#total + bytes > this.#limit) return false;
    this.#add(peer, bytes);
    return true;
  }

  /** Gives back what was taken. */
  give(peer: string, bytes: number): void {
    const left = (this.#peers.get(peer) ?? 0) - bytes;
    if (left > 0) this.#peers.set(peer, left);
    else this.#peers.delete(peer);
    this.#total -= bytes;
  }

  #add(peer: string, bytes: number): void {
    this.#peers.set(peer, (this.#peers.get(peer) ?? 0) + bytes);
    this.#total += bytes;
  }

  /** The peer that has most. */
  get largest(): string | undefined {
    let largest: readonly [peer: string, bytes: number] | undefined;
    for (const one of this.#peers) if (one[1] > (largest?.[1] ?? 0)) largest = one;
    return largest?.[0];
  }
}
