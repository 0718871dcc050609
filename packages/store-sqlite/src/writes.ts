import type { Connection, Statement } from "./connection.js";
import { OwnerFile } from "./lock-owner.js";
import { schemaVersion } from "./migrations.js";
import type { Writes } from "./write-count.js";

/** The schema that brought the count. */
const countedSince = 5;

/** What the database of this schema holds; undefined when it does not say so. */
export function writesIn(
  connection: Connection,
  database: "main" | "seen",
  version: number,
): Writes | undefined {
  if (version < countedSince) return undefined;
  const [row] = connection
    .prepare<Writes>(`SELECT store, writes AS count FROM ${database}.shutdown`)
    .all([]);
  return row === undefined ? undefined : { store: row.store, count: row.count };
}

/** Writes to a database, and counts each of them in it and beside it. */
export class CountedWrites {
  readonly #connection: Connection;
  readonly #owner: OwnerFile;
  readonly #note: Statement<unknown>;
  #writes: Writes;

  /** `file` is the one that the connection has open and locked. */
  constructor(connection: Connection, file: string) {
    this.#connection = connection;
    this.#note = connection.prepare("UPDATE shutdown SET writes = ?");
    this.#writes = writesIn(connection, "main", schemaVersion) ?? { store: 0, count: 0 };
    this.#owner = new OwnerFile(file, this.#writes);
  }

  /** Runs it in a transaction of its own: all of it is durable when this returns, or nothing of it. */
  transaction<Result>(run: () => Result): Result {
    const writes = { store: this.#writes.store, count: this.#writes.count + 1 };
    const result = this.#connection.transaction(() => {
      const value = run();
      this.#note.run([writes.count]);
      return value;
    });
    this.#writes = writes;
    this.#owner.note(writes);
    return result;
  }

  /**
   * The same without waiting for the disk: a power loss may take it, as long as no `transaction` came after it. It
   * is not counted, for nobody was told that it is there to stay, but marks the database as in use.
   */
  soon<Result>(run: () => Result): Result {
    this.#connection.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.#connection.transaction(() => {
        const value = run();
        this.#note.run([this.#writes.count]);
        return value;
      });
    } finally {
      this.#connection.exec("PRAGMA synchronous = FULL");
    }
  }

  /** The database is marked clean, so it needs no count beside it any more. */
  close(): void {
    this.#owner.remove();
  }
}
