/** What everybody who reads the store may know of a session; the rest is sealed. */
export type KeptSession = {
  /** Made of the session's id, which cannot be found out from it. */
  readonly key: string;
  /** Whose it is when the hub shares out what it has. */
  readonly peer: string;
  /** Whether anything came after its handshake. */
  readonly isUsed: boolean;
  /** The length of what is sealed. */
  readonly bytes: number;
};

/** A session as it is written: `sealed` is ASCII text that only its id opens. */
export type SessionRow = Omit<KeptSession, "bytes"> & { readonly sealed: string };

/** Everything in it is stored, or nothing. A row takes the place of an older one with its key. */
export type SessionWrite = {
  readonly put: readonly SessionRow[];
  readonly removed: readonly string[];
};

/**
 * Where sessions of clients outlive the hub's process. What was acknowledged survives `kill -9` of the hub
 * and, on disk, a power loss. Every adapter runs the suite of `session-store-contract.ts`.
 * A store that cannot write rejects with `STORE_UNAVAILABLE` and keeps what it had.
 */
export interface SessionStore {
  /** All of them, those that were written longest ago first. */
  load(): Promise<readonly KeptSession[]>;
  /** What is sealed of one; undefined when it is not kept. */
  read(key: string): Promise<string | undefined>;
  write(write: SessionWrite): Promise<void>;
}
