import type { JSONWebKeySet, JWSHeaderParameters, LocalJWKSet } from "jose";

/** What of `jose` is needed; it is loaded when the first token comes. */
export type Jose = typeof import("jose");

export type KeySetOptions = {
  readonly fetchKeys: () => Promise<JSONWebKeySet>;
  /** Milliseconds since some fixed moment. */
  readonly now: () => number;
  readonly jose: () => Promise<Pick<Jose, "createLocalJWKSet" | "errors">>;
  /** Hears of keys that others replace. */
  readonly onChange: () => void;
};

/** Keys are fetched again after this time, while the old ones go on being used. */
const freshMs = 600_000;
/** A token with an unknown key makes the hub ask for new ones once in this time. */
const askAgainMs = 30_000;
/** Between two tries while there are no keys at all. */
const tryAgainMs = 5_000;
const mostKeys = 100;

/**
 * The keys of an issuer. The last ones that were fetched count until others are there, however long the issuer
 * is away.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  #keys: { readonly find: LocalJWKSet; readonly text: string } | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #renewing: Promise<void> | undefined;
  #failure: unknown;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The key that a token names. Undefined when there is none; rejects when there are no keys at all. */
  async keyFor(header: JWSHeaderParameters) {
    const { now } = this.#options;
    if (this.#keys === undefined) {
      if (now() - this.#triedAt >= tryAgainMs) await this.#renew();
      else await this.#renewing;
    } else if (now() - this.#triedAt >= freshMs) void this.#renew();
    const found = await this.#find(header);
    if (found !== undefined || now() - this.#triedAt < askAgainMs) return found;
    await this.#renew();
    return this.#find(header);
  }

  async #find(header: JWSHeaderParameters) {
    if (this.#keys === undefined) throw this.#failure;
    const { errors } = await this.#options.jose();
    try {
      return await this.#keys.find(header);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  /** Fetches once, however many ask meanwhile. Never rejects. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#replace()
      .catch((error: unknown) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #replace(): Promise<void> {
    this.#triedAt = this.#options.now();
    const fetched = await this.#options.fetchKeys();
    const { createLocalJWKSet } = await this.#options.jose();
    // A secret among public keys would let whoever reads it sign.
    const keys = fetched.keys.filter(({ kty }) => kty !== "oct").slice(0, mostKeys);
    const text = JSON.stringify(keys);
    if (this.#keys?.text === text) return;
    this.#keys = { find: createLocalJWKSet({ keys }), text };
    this.#options.onChange();
  }
}
