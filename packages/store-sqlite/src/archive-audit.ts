import { type AuditRecord, type AuditRow, isOfCalls } from "@hub/core/storage";
import type { ArchiveTable } from "./archive-table.js";
import { addCalls, callBlocks, kindOf, mostInBlock } from "./audit-calls.js";
import { callsOf, intact, rowsOf, type StoredRow } from "./rows.js";

type Placed = StoredRow & { readonly place: number };

/** Rows of calls hold hundreds of them. */
const blocksAtOnce = 4;

/**
 * The audit as one list by number, which the file keeps in two tables: `lines` is that of its decisions, and calls
 * share rows of another.
 */
export function withCalls(lines: ArchiveTable<AuditRow>): ArchiveTable<AuditRow> {
  return {
    names: [...lines.names, "audit_calls"],
    reader: (connection) => {
      const linesAfter = lines.reader(connection);
      const blocks = connection.prepare<Placed>(
        `${rowsOf.auditCalls("main").replace("SELECT", "SELECT seq AS place,")}
         WHERE seq + count - 1 > ? ORDER BY seq LIMIT ?`,
      );
      return (after, limit) => {
        const rows = blocks.all([after, blocksAtOnce]);
        const calls = rows
          .flatMap((row) => callsOf(intact("audit_calls", row)))
          .filter(({ seq }) => seq > after)
          .map((value) => ({ place: value.seq, value }));
        // Behind the last call that was read there may be more before the next line.
        const last = rows.length < blocksAtOnce ? undefined : calls.at(-1);
        return [...linesAfter(after, limit), ...calls]
          .filter(({ place }) => last === undefined || place <= last.place)
          .sort((one, other) => one.place - other.place)
          .slice(0, limit);
      };
    },
    writer: (connection) => {
      const line = lines.writer(connection);
      const add = connection.prepare(addCalls);
      const kinds = new Map<string, ReturnType<typeof kindOf>>();
      let first = 0;
      let calls: AuditRecord[] = [];
      const finish = () => {
        for (const block of callBlocks(first, calls)) add.run(block);
        calls = [];
        kinds.clear();
      };
      return {
        write: (row) => {
          if (!isOfCalls(row)) return line.write(row);
          const { seq, ...record } = row;
          if (seq !== first + calls.length || calls.length >= mostInBlock) finish();
          if (calls.length === 0) first = seq;
          // Blocks tell calls apart by what they are made of, and each of these came by itself.
          const read = kindOf(record);
          const text = JSON.stringify(read);
          const kind = kinds.get(text) ?? read;
          kinds.set(text, kind);
          calls.push({ ...record, ...kind });
        },
        finish,
      };
    },
  };
}
