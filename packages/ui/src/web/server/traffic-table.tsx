import type { TrafficRow } from "@hub/api";
import { type Column, DataTable } from "../parts/data-table.js";
import { byteCount, milliseconds } from "./amounts.js";

const columns: readonly Column<TrafficRow>[] = [
  {
    name: "What",
    isName: true,
    cell: ({ name, method }) => (
      <>
        <span className="block max-w-[40ch] truncate font-mono" title={name ?? method}>
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
    name: "Failed",
    isNumber: true,
    cell: ({ errors }) => (
      <span className={errors > 0 ? "font-medium text-bad" : ""}>{errors}</span>
    ),
  },
  { name: "p50", isNumber: true, cell: ({ p50Ms }) => milliseconds(p50Ms) },
  { name: "p95", isNumber: true, cell: ({ p95Ms }) => milliseconds(p95Ms) },
  { name: "Longest", isNumber: true, cell: ({ maxMs }) => milliseconds(maxMs) },
  { name: "Under way", isNumber: true, cell: ({ inFlight }) => inFlight },
  { name: "Answers", isNumber: true, cell: ({ bytes }) => byteCount(bytes) },
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
