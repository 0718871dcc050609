import { type CredentialRow, type CredentialStore, credentialKey } from "./credential-store.js";

/** Credentials that live as long as the object: for tests, and for hubs that may forget. */
export class MemoryCredentialStore implements CredentialStore {
  readonly #rows = new Map<string, CredentialRow>();

  async load(): Promise<readonly CredentialRow[]> {
    return structuredClone([...this.#rows.values()]);
  }

  async put(rows: readonly CredentialRow[]): Promise<void> {
    for (const row of rows) {
      const { serverId, name } = row.facts;
      this.#rows.set(credentialKey(serverId, name), structuredClone(row));
    }
  }

  async remove(serverId: string, names?: readonly string[]): Promise<void> {
    const keys = names?.map((name) => credentialKey(serverId, name));
    for (const [key, { facts }] of this.#rows)
      if (facts.serverId === serverId && (keys === undefined || keys.includes(key)))
        this.#rows.delete(key);
  }
}
