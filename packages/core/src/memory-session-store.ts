import type {
  KeptSession,
  SealedSession,
  SessionRow,
  SessionStore,
  SessionWrite,
} from "./session-store.js";

/** Sessions that live as long as the object: for tests, and for hubs that may forget. */
export class MemorySessionStore implements SessionStore {
  readonly #rows = new Map<string, SessionRow>();

  async load(): Promise<readonly KeptSession[]> {
    return [...this.#rows.values()].map(({ sealed, ...kept }) => ({
      ...kept,
      bytes: sealed.length,
    }));
  }

  async read(key: string): Promise<SealedSession | undefined> {
    return this.#rows.get(key);
  }

  async write({ put, removed }: SessionWrite): Promise<readonly string[]> {
    for (const key of removed) this.#rows.delete(key);
    for (const row of put) {
      this.#rows.delete(row.key);
      this.#rows.set(row.key, { ...row });
    }
    return [];
  }
}
