import type { Call } from "@hub/api";
import { Ago } from "../live/ago.js";
import { type Column, DataTable } from "../parts/data-table.js";
import { Badge } from "../parts/panels.js";
import { byteCount, milliseconds } from "./amounts.js";

const outcomes = {
  ok: { word: "ok", tone: "good", meaning: "The call was answered." },
  "tool-error": { word: "tool failed", tone: "warn", meaning: "The tool itself failed." },
  error: { word: "refused", tone: "bad", meaning: "The server refused the call." },
  cancelled: { word: "cancelled", tone: "calm", meaning: "The client cancelled it." },
  "hub-error": { word: "no answer", tone: "bad", meaning: "The hub could not get an answer." },
} as const;

const columns: readonly Column<Call>[] = [
  {
    name: "When",
    cell: ({ at }) => <Ago at={at} />,
  },
  {
    name: "Outcome",
    cell: ({ outcome }) => {
      const { word, tone, meaning } = outcomes[outcome];
      return (
        <Badge tone={tone} title={meaning}>
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
        <span className="block max-w-[40ch] truncate font-mono" title={name ?? method}>
          {name ?? method}
        </span>
        {name !== undefined && method !== "tools/call" && (
          <span className="block text-xs text-soft">{method}</span>
        )}
        {params !== undefined && (
          <code
            className="hidden max-w-[40ch] truncate text-xs font-normal text-soft sm:block"
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
  { name: "Answer", isNumber: true, cell: ({ bytes }) => byteCount(bytes) },
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
