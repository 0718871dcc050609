import type { TokenRecord } from "./access/token.js";
import type { TokenStore } from "./token-store.js";

/** Tokens that live as long as the object: for tests, and for hubs that may forget. */
export class MemoryTokenStore implements TokenStore {
  readonly #tokens = new Map<string, TokenRecord>();

  async load(): Promise<readonly TokenRecord[]> {
    return structuredClone([...this.#tokens.values()]);
  }

  async add(token: TokenRecord): Promise<boolean> {
    if (this.#tokens.has(token.id)) return false;
    this.#tokens.set(token.id, structuredClone(token));
    return true;
  }

  async remove(id: string): Promise<boolean> {
    return this.#tokens.delete(id);
  }
}
