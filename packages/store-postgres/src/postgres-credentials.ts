import type { AuditRecord, CredentialRow, CredentialStore } from "@hub/core/storage";
import type { Database } from "./database.js";
import type { PostgresAudit } from "./postgres-audit.js";

/** The credentials for servers in the database of the catalogue. */
export class PostgresCredentials implements CredentialStore {
  readonly #database: Database;
  readonly #audit: PostgresAudit;

  constructor(database: Database, audit: PostgresAudit) {
    this.#database = database;
    this.#audit = audit;
  }

  async load(): Promise<readonly CredentialRow[]> {
    const rows = await this.#database.query((queries) =>
      queries.rows<{ readonly credential: string }>("SELECT credential FROM credentials"),
    );
    // What the store wrote is what it reads.
    return rows.map(({ credential }) => JSON.parse(credential) as CredentialRow);
  }

  async put(rows: readonly CredentialRow[], line?: AuditRecord): Promise<void> {
    await this.#audit.beside(this.#database, "credentials", line, async (queries) => {
      for (const row of rows)
        await queries.run(
          `INSERT INTO credentials (server_id, name, credential) VALUES ($1, $2, $3)
           ON CONFLICT (server_id, name) DO UPDATE SET credential = excluded.credential`,
          [row.facts.serverId, row.facts.name.toLowerCase(), JSON.stringify(row)],
        );
      return rows.length;
    });
  }

  async remove(serverId: string, names?: readonly string[], line?: AuditRecord): Promise<void> {
    await this.#audit.beside(this.#database, "credentials", line, (queries) =>
      queries.run(
        "DELETE FROM credentials WHERE server_id = $1 AND ($2::text[] IS NULL OR name = ANY($2))",
        [serverId, names?.map((name) => name.toLowerCase()) ?? null],
      ),
    );
  }
}
