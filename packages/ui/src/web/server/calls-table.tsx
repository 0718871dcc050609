import type { Call } from "@hub/api";
import { Ago } from "../live/ago.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge } from "../parts/panels.js";
import { byteSize, milliseconds } from "../parts/units.js";
import { outcomes } from "../traffic/outcomes.js";

const columns: readonly Column<Call>[] = [
  {
    name: "When",
    cell: ({ at }) => <Ago at={at} />,
  },
  {
    name: "Outcome",
    cell: ({ outcome }) => {
      const { word, tone, hint } = outcomes[outcome];
      return (
        <Badge tone={tone} title={hint}>
          {word}
        </Badge>
      );
    },
  },
  {
    name: "What",
    isName: true,
    cell: ({ name, method, params }) => (
      <>
        <span className="block font-mono sm:max-w-name sm:truncate" title={name ?? method}>
          {name ?? method}
        </span>
        {name !== undefined && method !== "tools/call" && (
          <span className="block text-xs text-soft">{method}</span>
        )}
        {params !== undefined && (
          <code
            className="hidden max-w-name truncate text-xs font-normal text-soft sm:block"
            title={params}
          >
            {params}
          </code>
        )}
      </>
    ),
  },
  { name: "Client", cell: ({ client }) => client ?? <span className="text-soft">–</span> },
  { name: "Time", isNumber: true, cell: ({ durationMs }) => milliseconds(durationMs) },
  { name: "Answer", isNumber: true, cell: ({ bytes }) => byteSize(bytes) },
];

/** The last calls of a server, newest first. */
export function CallsTable({ calls }: { readonly calls: readonly Call[] }) {
  // Nothing names a call but when it was and what; two alike in one millisecond stand in order.
  const seen = new Map<string, number>();
  const keyOf = ({ at, method, name, durationMs }: Call) => {
    const key = `${at} ${method} ${name} ${durationMs}`;
    const before = seen.get(key) ?? 0;
    seen.set(key, before + 1);
    return `${key} ${before}`;
  };
  return <DataTable label="Calls" columns={columns} rows={calls} keyOf={keyOf} />;
}
