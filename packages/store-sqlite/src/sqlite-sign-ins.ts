import type { SignInRow, SignInStore, SignInWrite } from "@hub/core/storage";
import type { Connection, Statement } from "./connection.js";
import { textIn } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

/** Text is read as bytes: libsql ends the process when a damaged text is no longer UTF-8. */
type KeptRow = {
  readonly key: ArrayBuffer;
  readonly owner: ArrayBuffer;
  readonly expiresAt: number;
  readonly sealed: ArrayBuffer;
};

/**
 * Who is signed in to the page, in the SQLite file of the catalogue. Rows have no checksum: what is sealed shows by
 * itself whether it and what stands beside it are as they were.
 */
export class SqliteSignIns implements SignInStore {
  readonly #access: SqliteAccess;
  readonly #all: Statement<KeptRow>;
  readonly #put: Statement<unknown>;
  readonly #remove: Statement<unknown>;

  constructor(connection: Connection, access: SqliteAccess) {
    this.#access = access;
    this.#all = connection.prepare(
      `SELECT CAST(key AS BLOB) AS key, CAST(owner AS BLOB) AS owner, expires_at AS expiresAt,
         CAST(sealed AS BLOB) AS sealed FROM sign_ins ORDER BY rowid`,
    );
    this.#put = connection.prepare(
      "INSERT INTO sign_ins (key, owner, expires_at, sealed) VALUES (?, ?, ?, ?)",
    );
    this.#remove = connection.prepare("DELETE FROM sign_ins WHERE key = ?");
  }

  async load(): Promise<readonly SignInRow[]> {
    const rows = this.#access.run(() => this.#all.all([]));
    return rows.map(({ key, owner, expiresAt, sealed }) => ({
      key: textIn(key),
      owner: textIn(owner),
      expiresAt,
      sealed: textIn(sealed),
    }));
  }

  async write({ put, removed }: SignInWrite): Promise<void> {
    this.#access.write(() => {
      for (const key of removed) this.#remove.run([key]);
      for (const { key, owner, expiresAt, sealed } of put)
        this.#put.run([key, owner, expiresAt, sealed]);
    });
  }
}
