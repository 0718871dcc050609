import type { Toolset } from "@hub/core";
import type { AuditRecord, ToolsetStore, ToolsetWriteResult } from "@hub/core/storage";
import type { Database } from "./database.js";
import type { PostgresAudit } from "./postgres-audit.js";

type Row = { readonly toolset: string };

/** The toolsets in the database of the catalogue. */
export class PostgresToolsets implements ToolsetStore {
  readonly #database: Database;
  readonly #audit: PostgresAudit;

  constructor(database: Database, audit: PostgresAudit) {
    this.#database = database;
    this.#audit = audit;
  }

  async load(): Promise<readonly Toolset[]> {
    const rows = await this.#database.query((queries) =>
      queries.rows<Row>("SELECT toolset FROM toolsets ORDER BY id"),
    );
    return rows.map(toolsetOf);
  }

  async put(
    toolset: Toolset,
    basedOn: number | undefined,
    line?: AuditRecord,
  ): Promise<ToolsetWriteResult> {
    const { id, revision } = toolset;
    const row = [id, revision, JSON.stringify(toolset)] as const;
    return basedOn === undefined
      ? this.#write(
          id,
          line,
          "INSERT INTO toolsets (id, revision, toolset) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
          row,
        )
      : this.#write(
          id,
          line,
          "UPDATE toolsets SET revision = $2, toolset = $3 WHERE id = $1 AND revision = $4",
          [...row, basedOn],
        );
  }

  async remove(id: string, basedOn: number, line?: AuditRecord): Promise<ToolsetWriteResult> {
    return this.#write(id, line, "DELETE FROM toolsets WHERE id = $1 AND revision = $2", [
      id,
      basedOn,
    ]);
  }

  /** A write that changes no row was decided on another revision. */
  async #write(
    id: string,
    line: AuditRecord | undefined,
    sql: string,
    values: readonly unknown[],
  ): Promise<ToolsetWriteResult> {
    const changed = await this.#audit.beside(this.#database, "toolsets", line, (queries) =>
      queries.run(sql, values),
    );
    if (changed > 0) return { ok: true };
    const [row] = await this.#database.query((queries) =>
      queries.rows<Row>("SELECT toolset FROM toolsets WHERE id = $1", [id]),
    );
    return { ok: false, fresh: row === undefined ? undefined : toolsetOf(row) };
  }
}

// What the store wrote is what it reads.
const toolsetOf = ({ toolset }: Row) => JSON.parse(toolset) as Toolset;
