import type { TokenRecord } from "@hub/core/access";
import type { AuditRecord, TokenStore } from "@hub/core/storage";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import { rowsOf, type StoredRow, tokenKey, tokenOf } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

/** The tokens in the SQLite file of the catalogue, over its one connection. */
export class SqliteTokens implements TokenStore {
  readonly #access: SqliteAccess;
  readonly #all: Statement<StoredRow>;
  readonly #add: Statement<unknown>;
  readonly #remove: Statement<unknown>;

  constructor(connection: Connection, access: SqliteAccess) {
    this.#access = access;
    this.#all = connection.prepare(`${rowsOf.tokens("main")} ORDER BY id`);
    this.#add = connection.prepare(
      "INSERT INTO tokens (id, token, checksum) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
    );
    this.#remove = connection.prepare("DELETE FROM tokens WHERE id = ?");
  }

  async load(): Promise<readonly TokenRecord[]> {
    return this.#access.read(() => this.#all.all([])).map(tokenOf);
  }

  async add(token: TokenRecord, line?: AuditRecord): Promise<boolean> {
    const text = JSON.stringify(token);
    const row = [token.id, text, checksumOf(tokenKey(token.id), text)] as const;
    return this.#access.write(() => this.#add.run(row), line) > 0;
  }

  async remove(
    id: string,
    line?: AuditRecord,
    judge?: (left: readonly TokenRecord[]) => void,
  ): Promise<boolean> {
    // Nobody else has the file open, so nothing comes between this and the write.
    const tokens =
      judge === undefined ? [] : this.#access.read(() => this.#all.all([])).map(tokenOf);
    if (tokens.some((token) => token.id === id)) judge?.(tokens.filter((token) => token.id !== id));
    return this.#access.write(() => this.#remove.run([id]), line) > 0;
  }
}
