import type { KeptSession, SealedSession, SessionStore, SessionWrite } from "@hub/core/storage";
import type { Connection, Statement } from "./connection.js";
import { textIn } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

/** Text is read as bytes: libsql ends the process when a damaged text is no longer UTF-8. */
type KeptRow = {
  readonly key: ArrayBuffer;
  readonly peer: ArrayBuffer;
  readonly isUsed: number;
  readonly bytes: number;
};

/**
 * The sessions in the SQLite file of the catalogue, over its one connection. They have no checksum: what is
 * sealed shows by itself whether it is as it was.
 */
export class SqliteSessions implements SessionStore {
  readonly #access: SqliteAccess;
  readonly #all: Statement<KeptRow>;
  readonly #one: Statement<Pick<KeptRow, "peer" | "isUsed"> & { readonly sealed: ArrayBuffer }>;
  readonly #put: Statement<unknown>;
  readonly #remove: Statement<unknown>;

  constructor(connection: Connection, access: SqliteAccess) {
    this.#access = access;
    this.#all = connection.prepare(
      `SELECT CAST(key AS BLOB) AS key, CAST(peer AS BLOB) AS peer, is_used AS isUsed,
         octet_length(sealed) AS bytes FROM sessions ORDER BY rowid`,
    );
    this.#one = connection.prepare(
      `SELECT CAST(peer AS BLOB) AS peer, is_used AS isUsed, CAST(sealed AS BLOB) AS sealed FROM sessions WHERE key = ?`,
    );
    // Whatever is written anew comes last.
    this.#put = connection.prepare(
      "REPLACE INTO sessions (key, peer, is_used, sealed) VALUES (?, ?, ?, ?)",
    );
    this.#remove = connection.prepare("DELETE FROM sessions WHERE key = ?");
  }

  async load(): Promise<readonly KeptSession[]> {
    const rows = this.#access.run(() => this.#all.all([]));
    return rows.map(({ key, peer, isUsed, bytes }) => ({
      key: textIn(key),
      peer: textIn(peer),
      isUsed: isUsed === 1,
      bytes,
    }));
  }

  async read(key: string): Promise<SealedSession | undefined> {
    const [row] = this.#access.run(() => this.#one.all([key]));
    if (row === undefined) return undefined;
    const { peer, isUsed, sealed } = row;
    return { key, peer: textIn(peer), isUsed: isUsed === 1, sealed: textIn(sealed) };
  }

  async write({ put, removed }: SessionWrite): Promise<readonly string[]> {
    this.#access.write(() => {
      for (const key of removed) this.#remove.run([key]);
      for (const { key, peer, isUsed, sealed } of put)
        this.#put.run([key, peer, isUsed ? 1 : 0, sealed]);
    });
    return [];
  }
}
