import type { SignInRow, SignInStore, SignInWrite } from "@hub/core/storage";
import type { Database } from "./database.js";

/** Who is signed in to the page, in the database of the catalogue. */
export class PostgresSignIns implements SignInStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  load(): Promise<readonly SignInRow[]> {
    return this.#database.query((queries) =>
      queries.rows<SignInRow>(
        `SELECT key, owner, expires_at AS "expiresAt", sealed FROM sign_ins ORDER BY place`,
      ),
    );
  }

  async write({ put, removed }: SignInWrite): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.run("DELETE FROM sign_ins WHERE key = ANY($1::text[])", [removed]);
      await queries.rows("SELECT pg_notify('mcp_hub', 'sign-ins')");
      if (put.length === 0) return;
      await queries.run(
        `INSERT INTO sign_ins (key, owner, expires_at, sealed)
         SELECT key, owner, expires_at, sealed
         FROM unnest($1::text[], $2::text[], $3::double precision[], $4::text[]) WITH ORDINALITY
           AS t (key, owner, expires_at, sealed, place)
         ORDER BY place`,
        [
          put.map(({ key }) => key),
          put.map(({ owner }) => owner),
          put.map(({ expiresAt }) => expiresAt),
          put.map(({ sealed }) => sealed),
        ],
      );
    });
  }
}
