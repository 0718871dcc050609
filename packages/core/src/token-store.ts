import type { TokenRecord } from "./access/token.js";

/**
 * Where tokens survive. What was acknowledged survives `kill -9` of the hub and, on disk, a power loss: a token
 * that was revoked stays so. Every adapter runs the suite of `token-store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface TokenStore {
  load(): Promise<readonly TokenRecord[]>;
  /** False when the id is taken: nothing was stored. */
  add(token: TokenRecord): Promise<boolean>;
  /** False when there is none with this id. */
  remove(id: string): Promise<boolean>;
}
