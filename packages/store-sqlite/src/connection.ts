import Libsql from "libsql";

/** What may be bound. Anything else, a boolean for one, makes libsql end the process. */
export type SqlValue = string | number | null;

export interface Statement<Row> {
  /** Returns how many rows it changed. */
  run(parameters: readonly SqlValue[]): number;
  all(parameters: readonly SqlValue[]): Row[];
}

/** The primary result codes of SQLite that the store tells apart. */
export const sqliteCode = {
  busy: 5,
  readonly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

/** The primary result code of an error that SQLite reported; undefined for any other error. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("rawCode" in error && typeof error.rawCode === "number") return error.rawCode & 255;
  // A connection that cannot be opened fails with a plain error that ends in the code.
  const code = /: (\d+)"?\)$/.exec(error.message)?.[1];
  return code === undefined ? undefined : Number(code) & 255;
}

/** One connection, synchronous. Works around what `docs/decisions/0002` found in libsql. */
export class Connection {
  readonly #database: Libsql.Database;

  /** `file` is an absolute path, or `:memory:`. SQLite touches the file with the first statement. */
  constructor(file: string) {
    this.#database = new Libsql(file);
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Statements live as long as the connection: prepare each once. */
  prepare<Row = unknown>(sql: string): Statement<Row> {
    const statement = this.#database.prepare(sql);
    return {
      run: (parameters) => statement.run(parameters).changes,
      // The columns of a row are those that its statement names.
      all: (parameters) => statement.all(parameters) as Row[],
    };
  }

  /** The first column of the first row of a statement that is used once. */
  value(sql: string): unknown {
    const [row] = this.prepare<Record<string, unknown>>(sql).all([]);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Runs it in a transaction of its own: all of it is durable when this returns, or nothing of it. */
  transaction<Result>(run: () => Result): Result {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // SQLite has rolled back by itself after a full disk or a failed write.
      if (this.isInTransaction) this.exec("ROLLBACK");
      throw error;
    }
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    this.#database.close();
  }
}
