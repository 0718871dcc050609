import type { TokenRecord } from "./access/token.js";
import type { AuditRecord } from "./audit.js";

/**
 * Where tokens survive. What was acknowledged survives `kill -9` of the hub and, on disk, a power loss: a token
 * that was revoked stays so. Every adapter runs the suite of `token-store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface TokenStore {
  load(): Promise<readonly TokenRecord[]>;
  /** False when the id is taken: nothing was stored. `line` is for the audit, and stored with it. */
  add(token: TokenRecord, line?: AuditRecord): Promise<boolean>;
  /**
   * False when there is none with this id. `line`: as for `add`. `judge` hears what would be left, in the same moment
   * for all that have the store open; what it throws rejects, and nothing is removed.
   */
  remove(
    id: string,
    line?: AuditRecord,
    judge?: (left: readonly TokenRecord[]) => void,
  ): Promise<boolean>;
}
