import { randomUUID } from "node:crypto";
import type {
  KeptSession,
  SealedSession,
  SessionRow,
  SessionStore,
  SessionWrite,
  SharedSession,
  SharedSessions,
} from "@hub/core/storage";
import type { Database } from "./database.js";

/**
 * The sessions in the database of the catalogue. All hubs lock rows in one order, so that none waits for another in a
 * circle.
 */
export class PostgresSessions implements SessionStore, SharedSessions {
  /** Names this process. */
  readonly #writer = randomUUID();
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  load(): Promise<readonly KeptSession[]> {
    return this.#database.query((queries) =>
      queries.rows<KeptSession>(
        `SELECT key, peer, is_used AS "isUsed", octet_length(sealed) AS bytes FROM sessions ORDER BY place`,
      ),
    );
  }

  async read(key: string): Promise<SealedSession | undefined> {
    const [row] = await this.#database.query((queries) =>
      queries.rows<SealedSession>(
        `SELECT key, peer, is_used AS "isUsed", sealed FROM sessions WHERE key = $1`,
        [key],
      ),
    );
    return row;
  }

  async find(key: string): Promise<SharedSession | undefined> {
    const [row] = await this.#database.query((queries) =>
      queries.rows<SharedSession>(
        `SELECT key, peer, is_used AS "isUsed", octet_length(sealed) AS bytes, place::text AS mark,
           writer = $2 AS "isOwn" FROM sessions WHERE key = $1`,
        [key, this.#writer],
      ),
    );
    return row;
  }

  async keep(keys: readonly string[], forgetMs?: number): Promise<void> {
    await this.#database.query(async (queries) => {
      await queries.run(
        `WITH used AS MATERIALIZED (
           SELECT key FROM sessions WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE
         )
         UPDATE sessions SET used_at = clock_timestamp() FROM used WHERE sessions.key = used.key`,
        [keys],
      );
      if (forgetMs === undefined) return;
      // What says whose the sessions of servers are has no end of its own.
      await queries.run(
        `WITH forgotten AS MATERIALIZED (
           SELECT key FROM sessions
           WHERE sealed <> '' AND used_at < clock_timestamp() - $1 * interval '1 millisecond'
           ORDER BY key FOR UPDATE
         )
         DELETE FROM sessions USING forgotten WHERE sessions.key = forgotten.key`,
        [forgetMs],
      );
    });
  }

  removeIdle(keys: readonly string[], idleMs: number): Promise<readonly SealedSession[]> {
    return this.#database.query((queries) =>
      queries.rows<SealedSession>(
        `WITH idle AS MATERIALIZED (
           SELECT key FROM sessions
           WHERE key = ANY($1::text[]) AND used_at < clock_timestamp() - $2 * interval '1 millisecond'
           ORDER BY key FOR UPDATE
         )
         DELETE FROM sessions USING idle WHERE sessions.key = idle.key
         RETURNING sessions.key, peer, is_used AS "isUsed", sealed`,
        [keys, idleMs],
      ),
    );
  }

  async keepNewest(peer: string, count: number): Promise<void> {
    await this.#database.query((queries) =>
      queries.run(
        `WITH older AS (
           SELECT key FROM sessions WHERE peer = $1 AND sealed = ''
           ORDER BY used_at DESC, place DESC OFFSET $2
         ), locked AS MATERIALIZED (
           SELECT key FROM sessions WHERE key IN (SELECT key FROM older) ORDER BY key FOR UPDATE
         )
         DELETE FROM sessions USING locked WHERE sessions.key = locked.key`,
        [peer, count],
      ),
    );
  }

  write({ put: wanted, removed }: SessionWrite): Promise<readonly string[]> {
    return this.#database.transaction(async (queries) => {
      const keys = [...new Set([...removed, ...wanted.map(({ key }) => key)])].sort();
      const rows = await queries.rows<Found>(
        `SELECT key, place::text AS mark, writer = $2 AS "isOwn" FROM sessions
         WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE`,
        [keys, this.#writer],
      );
      const found = new Map(rows.map((row) => [row.key, row]));
      const isOutdated = ({ key, known, wasStored }: SessionRow) => {
        const row = found.get(key);
        if (row === undefined) return wasStored === true;
        return known !== undefined && row.isOwn !== true && row.mark !== known;
      };
      const outdated = wanted.filter(isOutdated).map(({ key }) => key);
      const put = wanted.filter(({ key }) => !outdated.includes(key));
      await queries.run("DELETE FROM sessions WHERE key = ANY($1::text[])", [removed]);
      if (put.length === 0) return outdated;
      // Whatever is written anew comes last. A row that is there stays the same row: whoever waits for it then reads
      // what was written, where one that was deleted would seem to be gone.
      await queries.run(
        `INSERT INTO sessions (key, peer, is_used, sealed, writer)
         SELECT key, peer, is_used, sealed, $5
         FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[]) WITH ORDINALITY
           AS t (key, peer, is_used, sealed, place)
         ORDER BY place
         ON CONFLICT (key) DO UPDATE
         SET peer = excluded.peer, is_used = excluded.is_used, sealed = excluded.sealed,
           writer = excluded.writer, place = DEFAULT, used_at = excluded.used_at`,
        [
          put.map(({ key }) => key),
          put.map(({ peer }) => peer),
          put.map(({ isUsed }) => isUsed),
          put.map(({ sealed }) => sealed),
          this.#writer,
        ],
      );
      return outdated;
    });
  }
}

type Found = { readonly key: string; readonly mark: string; readonly isOwn: boolean | null };
