import type { TrafficRow } from "@hub/api";
import { type Column, DataTable } from "../parts/data-table.js";
import { byteSize, milliseconds } from "../parts/units.js";
import { errorsInWords } from "../traffic/figures.js";

const columns: readonly Column<TrafficRow>[] = [
  {
    name: "What",
    isName: true,
    cell: ({ name, method }) => (
      <>
        <span className="block font-mono sm:max-w-name sm:truncate" title={name ?? method}>
          {name ?? method}
        </span>
        {name !== undefined && method !== "tools/call" && (
          <span className="block text-xs text-soft">{method}</span>
        )}
      </>
    ),
  },
  { name: "Calls", isNumber: true, cell: ({ calls }) => calls },
  {
    name: "Errors",
    isNumber: true,
    cell: (row) => (
      <span className={row.errors > 0 ? "font-medium text-bad" : ""}>
        {row.errors}
        <span className="block text-xs font-normal">{errorsInWords(row)}</span>
      </span>
    ),
  },
  { name: "p50", isNumber: true, cell: ({ p50Ms }) => milliseconds(p50Ms) },
  { name: "p95", isNumber: true, cell: ({ p95Ms }) => milliseconds(p95Ms) },
  { name: "Longest", isNumber: true, cell: ({ maxMs }) => milliseconds(maxMs) },
  { name: "In flight", isNumber: true, cell: ({ inFlight }) => inFlight },
  { name: "Answers", isNumber: true, cell: ({ bytes }) => byteSize(bytes) },
];

/** What was called how often, how quickly and with what success; the most called first. */
export function TrafficTable({ rows }: { readonly rows: readonly TrafficRow[] }) {
  return (
    <DataTable
      label="Traffic"
      columns={columns}
      rows={[...rows].sort((a, b) => b.calls - a.calls)}
      keyOf={({ method, name }) => `${method} ${name}`}
    />
  );
}
