import type { AuditRecord } from "./audit.js";
import { type CredentialRow, type CredentialStore, credentialKey } from "./credential-store.js";
import type { MemoryAuditStore } from "./memory-audit-store.js";

/** Credentials that live as long as the object: for tests, and for hubs that may forget. */
export class MemoryCredentialStore implements CredentialStore {
  readonly #audit: MemoryAuditStore | undefined;
  readonly #rows = new Map<string, CredentialRow>();

  /** Default: lines for the audit are kept nowhere. */
  constructor(audit?: MemoryAuditStore) {
    this.#audit = audit;
  }

  async load(): Promise<readonly CredentialRow[]> {
    return structuredClone([...this.#rows.values()]);
  }

  async put(rows: readonly CredentialRow[], line?: AuditRecord): Promise<void> {
    for (const row of rows) {
      const { serverId, name } = row.facts;
      this.#rows.set(credentialKey(serverId, name), structuredClone(row));
    }
    if (line !== undefined) this.#audit?.take([line]);
  }

  async remove(serverId: string, names?: readonly string[], line?: AuditRecord): Promise<void> {
    const before = this.#rows.size;
    const keys = names?.map((name) => credentialKey(serverId, name));
    for (const [key, { facts }] of this.#rows)
      if (facts.serverId === serverId && (keys === undefined || keys.includes(key)))
        this.#rows.delete(key);
    if (line !== undefined && this.#rows.size < before) this.#audit?.take([line]);
  }
}
