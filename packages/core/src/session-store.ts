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

/** A session in a store that several hubs have open. */
export type SharedSession = KeptSession & {
  /** Another one for each time that it was written. */
  readonly mark: string;
  /** This hub wrote it last. */
  readonly isOwn: boolean;
};

/** What several hubs on one store need of it, so that a session goes on at any of them. */
export interface SharedSessions {
  /** One session, as it was written last; undefined when there is none. Rejects with STORE_UNAVAILABLE. */
  find(key: string): Promise<SharedSession | undefined>;
  /**
   * These were used at this hub lately. Removes what no hub has said that of for `forgetMs` milliseconds. Default:
   * nothing. Rejects with STORE_UNAVAILABLE.
   */
  keep(keys: readonly string[], forgetMs?: number): Promise<void>;
  /**
   * Removes those of these that no hub has written, or said to be used, for `idleMs` milliseconds. Resolves with them
   * as they were written last: one hub alone has each. Rejects with STORE_UNAVAILABLE.
   */
  removeIdle(keys: readonly string[], idleMs: number): Promise<readonly SealedSession[]>;
  /**
   * Of a peer's rows with nothing sealed in them, removes all but so many: those go first that no hub has written, or
   * said to be used, for longest. Rejects with STORE_UNAVAILABLE.
   */
  keepNewest(peer: string, count: number): Promise<void>;
}

/** A session with what is sealed of it: ASCII text that only its id opens, and what stands beside it is a part of. */
export type SealedSession = Omit<KeptSession, "bytes"> & { readonly sealed: string };

/** A session as it is written. */
export type SessionRow = SealedSession & {
  /**
   * Where several hubs write it: the mark of what this one has read of it, null for nothing. It is not put where
   * another hub wrote something else. Default: it is put in any case.
   */
  readonly known?: string | null | undefined;
  /** The store has had it, so it is not put where another hub has removed it since. Default: it is put there. */
  readonly wasStored?: boolean | undefined;
};

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
  /** One of them as it was written last; undefined when it is not kept. */
  read(key: string): Promise<SealedSession | undefined>;
  /**
   * Resolves with the keys of rows that were not put, since another hub wrote something there, or removed what was
   * there, and this one does not know that yet; the rest is stored.
   */
  write(write: SessionWrite): Promise<readonly string[]>;
}
