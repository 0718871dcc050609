import {
  type AuditRecord,
  type CredentialRow,
  type CredentialStore,
  credentialKey,
} from "@hub/core/storage";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import { credentialOf, rowsOf, type StoredRow } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

/** The credentials for servers in the SQLite file of the catalogue, over its one connection. */
export class SqliteCredentials implements CredentialStore {
  readonly #access: SqliteAccess;
  readonly #all: Statement<StoredRow>;
  readonly #put: Statement<unknown>;
  readonly #remove: Statement<unknown>;
  readonly #removeAll: Statement<unknown>;

  constructor(connection: Connection, access: SqliteAccess) {
    this.#access = access;
    this.#all = connection.prepare(rowsOf.credentials("main"));
    this.#put = connection.prepare(
      "REPLACE INTO credentials (server_id, name, credential, checksum) VALUES (?, ?, ?, ?)",
    );
    this.#remove = connection.prepare("DELETE FROM credentials WHERE server_id = ? AND name = ?");
    this.#removeAll = connection.prepare("DELETE FROM credentials WHERE server_id = ?");
  }

  async load(): Promise<readonly CredentialRow[]> {
    return this.#access.read(() => this.#all.all([])).map(credentialOf);
  }

  async put(rows: readonly CredentialRow[], line?: AuditRecord): Promise<void> {
    this.#access.write(() => {
      for (const row of rows) {
        const { serverId, name } = row.facts;
        const text = JSON.stringify(row);
        const checksum = checksumOf(credentialKey(serverId, name), text);
        this.#put.run([serverId, name.toLowerCase(), text, checksum]);
      }
      return rows.length;
    }, line);
  }

  async remove(serverId: string, names?: readonly string[], line?: AuditRecord): Promise<void> {
    this.#access.write(
      () =>
        names === undefined
          ? this.#removeAll.run([serverId])
          : names.reduce((sum, name) => sum + this.#remove.run([serverId, name.toLowerCase()]), 0),
      line,
    );
  }
}
