import type { SignInRow, SignInStore, SignInWrite } from "./sign-in-store.js";

/** Sign-ins that live as long as the object: for tests, and for hubs that may forget. */
export class MemorySignInStore implements SignInStore {
  readonly #rows = new Map<string, SignInRow>();

  async load(): Promise<readonly SignInRow[]> {
    return [...this.#rows.values()];
  }

  async write({ put, removed }: SignInWrite): Promise<void> {
    for (const key of removed) this.#rows.delete(key);
    for (const row of put) this.#rows.set(row.key, { ...row });
  }
}
