import { Socket } from "node:net";
import { HubError } from "@hub/core";
import pg from "pg";
import { sqlStateOf, unavailable } from "./unavailable.js";

/** Runs statements, inside a transaction or outside of one. */
export interface Queries {
  /** `Row` is what the statement selects. */
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Returns how many rows it changed. */
  run(sql: string, values?: readonly unknown[]): Promise<number>;
}

/**
 * How long the hub waits for its database: for a connection, and for an answer, together less than the five seconds
 * after which callers are told, and for a whole transaction that a caller may wait for, which a slow database answers
 * statement by statement; and how long the database waits for a hub in the middle of a transaction, which may hold up
 * all others. Milliseconds.
 */
const patience = { connect: 2_000, answer: 2_500, whole: 3_500, idle: 4_000 } as const;

/** The type number of `bigint`; the numbers that the hub stores are all safe integers. */
const bigint = 20;

/** How numbers and texts of the database are read. */
export const types = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === bigint ? Number : pg.types.getTypeParser(oid, format),
};

/** The connections of one hub to its database. What fails on them fails as STORE_UNAVAILABLE. */
export class Database {
  readonly #pool: pg.Pool;
  /** Also those of connections that never came about, which the driver leaves open. */
  readonly #sockets = new Set<Socket>();
  readonly #onFailing: (error: unknown) => void;
  readonly #onWorking: () => void;
  #closed: Promise<void> | undefined;

  constructor(
    url: string,
    options: { readonly onFailing: (error: unknown) => void; readonly onWorking: () => void },
  ) {
    this.#onFailing = options.onFailing;
    this.#onWorking = options.onWorking;
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: "mcp-hub",
      max: 6,
      connectionTimeoutMillis: patience.connect,
      query_timeout: patience.answer,
      // The database gives up as well, so that it holds no lock for who has left.
      statement_timeout: patience.answer,
      idle_in_transaction_session_timeout: patience.idle,
      lock_timeout: patience.answer,
      keepAlive: true,
      stream: () => this.#newSocket(),
      types,
    });
    // A connection that breaks while nobody uses it leaves the pool; whoever asks next gets another one. One that
    // breaks between two statements of a transaction fails the next of them.
    this.#pool.on("error", () => {});
    this.#pool.on("connect", (client) => client.on("error", () => {}));
  }

  query<Result>(run: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.#guarded(() => run(queriesOf(this.#pool)));
  }

  /**
   * All of it is durable when this resolves. Of what rejects nothing is, unless the database went while it said so.
   * Rejects within five seconds, however many statements it has.
   */
  transaction<Result>(run: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.#transaction(run, patience.whole);
  }

  /** Like `transaction`, for what no caller waits for: it takes as long as its statements do. */
  task<Result>(run: (queries: Queries) => Promise<Result>): Promise<Result> {
    return this.#transaction(run, Number.POSITIVE_INFINITY);
  }

  #transaction<Result>(
    run: (queries: Queries) => Promise<Result>,
    withinMs: number,
  ): Promise<Result> {
    const end = performance.now() + withinMs;
    const left = () => end - performance.now();
    return this.#guarded(async () => {
      const client = await this.#pool.connect();
      const queries = queriesOf(client, left);
      let broken: Error | undefined;
      try {
        await queries.run("BEGIN");
        const result = await run(queries);
        await this.#commit(queries, left);
        return result;
      } catch (error) {
        // One that did not answer would not answer this either.
        if (isSilence(error)) broken = error;
        else
          await queries.run("ROLLBACK").catch((failed: unknown) => {
            broken = failed instanceof Error ? failed : new Error(String(failed));
          });
        throw error;
      } finally {
        client.release(broken);
      }
    });
  }

  #newSocket(): Socket {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once("close", () => this.#sockets.delete(socket));
  }

  close(): Promise<void> {
    this.#closed ??= this.#pool.end().finally(() => {
      for (const socket of this.#sockets) socket.destroy();
    });
    return this.#closed;
  }

  /** A connection that breaks while it commits leaves open whether it did; the database knows. */
  async #commit(queries: Queries, left: () => number): Promise<void> {
    const [own] = await queries.rows<{ readonly id: string | null }>(
      "SELECT pg_current_xact_id_if_assigned()::text AS id",
    );
    const id = own?.id ?? null;
    try {
      await queries.run("COMMIT");
    } catch (error) {
      // One that does not answer at all is not asked once more: the caller is told in time that it is not known.
      const isTooLate = isSilence(error) || left() <= patience.connect;
      if (id === null || sqlStateOf(error) !== undefined || isTooLate) throw error;
      const [said] = await queriesOf(this.#pool, () => left() - patience.connect).rows<{
        readonly status: string;
      }>("SELECT pg_xact_status($1::text::xid8) AS status", [id]);
      if (said?.status !== "committed") throw error;
    }
  }

  async #guarded<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      const result = await run();
      this.#onWorking();
      return result;
    } catch (error) {
      if (HubError.is(error)) throw error;
      this.#onFailing(error);
      throw unavailable(error);
    }
  }
}

/** Whether the database took longer than it had; `pg` has no other sign of it. */
const isSilence = (error: unknown): error is Error =>
  error instanceof Error && error.message === "Query read timeout";

/** Statements over a connection. `left` says how long the next may take, in milliseconds. Default: its own limit. */
export function queriesOf(client: Pick<pg.Pool, "query">, left?: () => number): Queries {
  const query = (text: string, values: readonly unknown[]) => {
    const limits =
      left === undefined
        ? {}
        : // None at all would be the limit of the connection.
          { query_timeout: Math.max(1, Math.min(patience.answer, left())) };
    return client.query({ text, values: [...values], ...limits });
  };
  return {
    async rows<Row>(sql: string, values: readonly unknown[] = []) {
      // What a statement selects is what its caller says.
      return (await query(sql, values)).rows as Row[];
    },
    async run(sql, values = []) {
      return (await query(sql, values)).rowCount ?? 0;
    },
  };
}
