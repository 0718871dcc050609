import type { Toolset } from "@hub/core";
import type { AuditRecord, ToolsetStore, ToolsetWriteResult } from "@hub/core/storage";
import { checksumOf } from "./checksum.js";
import type { Connection, Statement } from "./connection.js";
import { rowsOf, type StoredRow, toolsetKey, toolsetOf } from "./rows.js";
import type { SqliteAccess } from "./sqlite-access.js";

/** The toolsets in the SQLite file of the catalogue, over its one connection. */
export class SqliteToolsets implements ToolsetStore {
  readonly #access: SqliteAccess;
  readonly #all: Statement<StoredRow>;
  readonly #one: Statement<StoredRow>;
  readonly #add: Statement<unknown>;
  readonly #change: Statement<unknown>;
  readonly #remove: Statement<unknown>;

  constructor(connection: Connection, access: SqliteAccess) {
    this.#access = access;
    this.#all = connection.prepare(`${rowsOf.toolsets("main")} ORDER BY id`);
    this.#one = connection.prepare(`${rowsOf.toolsets("main")} WHERE id = ?`);
    this.#add = connection.prepare(
      `INSERT INTO toolsets (id, revision, toolset, checksum) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (id) DO NOTHING`,
    );
    this.#change = connection.prepare(
      "UPDATE toolsets SET revision = ?2, toolset = ?3, checksum = ?4 WHERE id = ?1 AND revision = ?5",
    );
    this.#remove = connection.prepare("DELETE FROM toolsets WHERE id = ? AND revision = ?");
  }

  async load(): Promise<readonly Toolset[]> {
    return this.#access.read(() => this.#all.all([])).map(toolsetOf);
  }

  async put(
    toolset: Toolset,
    basedOn: number | undefined,
    line?: AuditRecord,
  ): Promise<ToolsetWriteResult> {
    const { id, revision } = toolset;
    const text = JSON.stringify(toolset);
    const row = [id, revision, text, checksumOf(toolsetKey(id, revision), text)] as const;
    return this.#write(id, line, () =>
      basedOn === undefined ? this.#add.run(row) : this.#change.run([...row, basedOn]),
    );
  }

  async remove(id: string, basedOn: number, line?: AuditRecord): Promise<ToolsetWriteResult> {
    return this.#write(id, line, () => this.#remove.run([id, basedOn]));
  }

  /** A write that changes no row was decided on another revision. */
  #write(id: string, line: AuditRecord | undefined, run: () => number): ToolsetWriteResult {
    if (this.#access.write(run, line) > 0) return { ok: true };
    const [row] = this.#access.read(() => this.#one.all([id]));
    return { ok: false, fresh: row === undefined ? undefined : toolsetOf(row) };
  }
}
