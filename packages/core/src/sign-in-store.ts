/** Somebody who is signed in at a browser, as the store has it. */
export type SignInRow = {
  /** Made of the cookie's value, which cannot be found out from it. */
  readonly key: string;
  /** The id of the principal. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** ASCII text that only the cookie's value opens. */
  readonly sealed: string;
};

/** Everything in it is stored, or nothing. */
export type SignInWrite = {
  readonly put: readonly SignInRow[];
  readonly removed: readonly string[];
};

/**
 * Where it survives who is signed in to the page. What was acknowledged survives `kill -9` of the hub and, on disk, a
 * power loss: whoever signed out stays so. Every adapter runs the suite of `sign-in-store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface SignInStore {
  /** All of them, those that were written longest ago first. */
  load(): Promise<readonly SignInRow[]>;
  write(write: SignInWrite): Promise<void>;
}
