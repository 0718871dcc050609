import type { Holder, Shares } from "@hub/core/limits";
import type { KeptSession } from "@hub/core/storage";

/** A session that nobody has opened since this process of the hub found it in the store. */
export type Dormant = Holder &
  Omit<KeptSession, "bytes"> & {
    /** In hub time. */
    readonly foundAt: number;
  };

/** Sessions that the store has and this process of the hub has not opened. Each holds its share as an open one does. */
export class DormantSessions {
  readonly #shares: Shares;
  readonly #onOver: (key: string) => void;
  readonly #byKey = new Map<string, Dormant>();

  /** `onOver` hears of each that found no place, or lost it. */
  constructor(shares: Shares, onOver: (key: string) => void) {
    this.#shares = shares;
    this.#onOver = onOver;
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** When the one was found that has been here for longest. */
  get oldestFoundAt(): number | undefined {
    const [oldest] = this.#byKey.values();
    return oldest?.foundAt;
  }

  get all(): readonly Dormant[] {
    return [...this.#byKey.values()];
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  get(key: string): Dormant | undefined {
    return this.#byKey.get(key);
  }

  add({ key, peer, isUsed }: KeptSession, foundAt: number): void {
    const dormant: Dormant = {
      key,
      peer,
      isUsed,
      foundAt,
      end: () => {
        this.#shares.leave(peer, dormant);
        if (this.#byKey.get(key) !== dormant) return;
        this.#byKey.delete(key);
        this.#onOver(key);
      },
    };
    if (this.#shares.keep(peer, dormant)) this.#byKey.set(key, dormant);
    else this.#onOver(key);
  }

  /** Takes one out that is to be opened; its place stays held. */
  takeOut({ key }: Dormant): void {
    this.#byKey.delete(key);
  }
}
