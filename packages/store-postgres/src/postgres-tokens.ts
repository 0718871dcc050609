import type { TokenRecord } from "@hub/core/access";
import type { AuditRecord, TokenStore } from "@hub/core/storage";
import type { Database, Queries } from "./database.js";
import type { PostgresAudit } from "./postgres-audit.js";

/** The tokens in the database of the catalogue. */
export class PostgresTokens implements TokenStore {
  readonly #database: Database;
  readonly #audit: PostgresAudit;

  constructor(database: Database, audit: PostgresAudit) {
    this.#database = database;
    this.#audit = audit;
  }

  async load(): Promise<readonly TokenRecord[]> {
    return this.#database.query(tokensIn);
  }

  async add(token: TokenRecord, line?: AuditRecord): Promise<boolean> {
    const sql = "INSERT INTO tokens (id, token) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";
    const added = await this.#audit.beside(this.#database, "tokens", line, (queries) =>
      queries.run(sql, [token.id, JSON.stringify(token)]),
    );
    return added > 0;
  }

  async remove(
    id: string,
    line?: AuditRecord,
    judge?: (left: readonly TokenRecord[]) => void,
  ): Promise<boolean> {
    const remove = async (queries: Queries) => {
      if (judge !== undefined) {
        // Another hub that removes one waits here, and then sees what this one has left.
        await queries.run("LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE");
        const tokens = await tokensIn(queries);
        if (tokens.some((token) => token.id === id))
          judge(tokens.filter((token) => token.id !== id));
      }
      return queries.run("DELETE FROM tokens WHERE id = $1", [id]);
    };
    return (await this.#audit.beside(this.#database, "tokens", line, remove)) > 0;
  }
}

async function tokensIn(queries: Queries): Promise<readonly TokenRecord[]> {
  const rows = await queries.rows<{ readonly token: string }>(
    "SELECT token FROM tokens ORDER BY id",
  );
  // What the store wrote is what it reads.
  return rows.map(({ token }) => JSON.parse(token) as TokenRecord);
}
