import type { TokenRecord } from "./access/token.js";
import type { AuditRecord } from "./audit.js";
import type { MemoryAuditStore } from "./memory-audit-store.js";
import type { TokenStore } from "./token-store.js";

/** Tokens that live as long as the object: for tests, and for hubs that may forget. */
export class MemoryTokenStore implements TokenStore {
  readonly #audit: MemoryAuditStore | undefined;
  readonly #tokens = new Map<string, TokenRecord>();

  /** Default: lines for the audit are kept nowhere. */
  constructor(audit?: MemoryAuditStore) {
    this.#audit = audit;
  }

  async load(): Promise<readonly TokenRecord[]> {
    return structuredClone([...this.#tokens.values()]);
  }

  async add(token: TokenRecord, line?: AuditRecord): Promise<boolean> {
    if (this.#tokens.has(token.id)) return false;
    if (line !== undefined) this.#audit?.take([line]);
    this.#tokens.set(token.id, structuredClone(token));
    return true;
  }

  async remove(
    id: string,
    line?: AuditRecord,
    judge?: (left: readonly TokenRecord[]) => void,
  ): Promise<boolean> {
    if (!this.#tokens.has(id)) return false;
    judge?.([...this.#tokens.values()].filter((token) => token.id !== id));
    if (line !== undefined) this.#audit?.take([line]);
    return this.#tokens.delete(id);
  }
}
