import { checksumOf } from "./checksum.js";
import type { Connection, SqlValue } from "./connection.js";
import { intact, rowsOf, type StoredRow } from "./rows.js";

type Placed = { readonly place: number };

/** How one kind of what a hub keeps is read from the file, and written to it. */
export type ArchiveTable<Value> = {
  /** The tables that hold it. */
  readonly names: readonly string[];
  /** Reads the next rows behind a place, none at the end. Throws STORE_UNAVAILABLE for what the disk has changed. */
  readonly reader: (
    connection: Connection,
  ) => (after: number, limit: number) => readonly { readonly place: number; value: Value }[];
  readonly writer: (connection: Connection) => ArchiveWriter<Value>;
};

export type ArchiveWriter<Value> = {
  write(value: Value): void;
  /** Writes what waits for more of its kind. */
  finish(): void;
};

/** A table whose rows are values. */
export function defineTable<Row extends object, Value>(declared: {
  readonly name: string;
  /** Selects its columns, without conditions. */
  readonly select: string;
  readonly read: (row: Row & Placed) => Value;
  readonly columns: readonly string[];
  readonly values: (value: Value) => readonly SqlValue[];
}): ArchiveTable<Value> {
  const { name, select, read, columns, values } = declared;
  return {
    names: [name],
    reader: (connection) => {
      const statement = connection.prepare<Row & Placed>(
        `${select.replace("SELECT", "SELECT rowid AS place,")} WHERE rowid > ? ORDER BY rowid LIMIT ?`,
      );
      return (after, limit) =>
        statement.all([after, limit]).map((row) => ({ place: row.place, value: read(row) }));
    },
    writer: (connection) => {
      const marks = columns.map(() => "?").join();
      const statement = connection.prepare(
        `INSERT INTO ${name} (${columns.join()}) VALUES (${marks})`,
      );
      return { write: (value) => statement.run(values(value)), finish: () => {} };
    },
  };
}

/** Of a table whose rows end in a JSON text and its checksum. */
export function defineChecked<Value>(declared: {
  readonly name: keyof typeof rowsOf;
  readonly of: (row: StoredRow & Placed) => Value;
  readonly columns: readonly string[];
  readonly key: (value: Value) => string;
  readonly values: (value: Value) => readonly [...SqlValue[], string];
}): ArchiveTable<Value> {
  const { name, of, columns, key, values } = declared;
  return defineTable<StoredRow, Value>({
    name,
    select: rowsOf[name]("main"),
    read: (row) => of(intact(name, row)),
    columns: [...columns, "checksum"],
    values: (value) => {
      const row = values(value);
      return [...row, checksumOf(key(value), String(row.at(-1)))];
    },
  });
}
