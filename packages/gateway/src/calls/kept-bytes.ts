import type { BudgetBook } from "@hub/core";
import type { ByteShares } from "@hub/core/limits";
import type { GatewayFailure } from "../errors.js";
import { sharerOf } from "../reply/peer.js";

/** What one call keeps while it waits for its client: a part of what its peer may have of `heldBytes`. */
export class KeptBytes {
  readonly #shares: ByteShares;
  readonly #peer: string;
  #bytes = 0;

  /** `peer`: whose call it is (see `peerOf`). */
  constructor(budgets: BudgetBook, peer: string) {
    this.#shares = budgets.byteShares("heldBytes");
    this.#peer = peer;
  }

  /** The failure of the call when such calls use more memory than they may. */
  get tooMuch(): GatewayFailure & { readonly code: "TOO_MANY_HELD_CALLS" } {
    const cause = `too many calls wait for answers from ${sharerOf(this.#peer)}, so the hub ended this one.`;
    return { code: "TOO_MANY_HELD_CALLS", cause, mayHaveRun: true };
  }

  /** Counts more that is kept; false, and nothing counted, when there is too much. */
  take(bytes: number): boolean {
    if (!this.#shares.take(this.#peer, bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Nothing of it is kept any more. */
  giveBack(): void {
    this.#shares.give(this.#peer, this.#bytes);
    this.#bytes = 0;
  }
}
