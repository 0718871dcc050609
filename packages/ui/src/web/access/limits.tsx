import type { Health } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { type Column, DataTable } from "../parts/data-table.js";
import { Loading, Problem } from "../parts/panels.js";
import { limitsQuery } from "./queries.js";

/** Limits of bytes are powers of two, and told as such. */
function amount(value: number, unit: "bytes" | "items"): string {
  if (unit === "items" || value === 0) return value.toLocaleString();
  const [size, name] = value < 1024 ** 2 ? [value / 1024, "KiB"] : [value / 1024 ** 2, "MiB"];
  return `${Number(size.toFixed(1)).toLocaleString()} ${name}`;
}

type Budget = NonNullable<Health["budgets"]>[number];

/** From this part of a limit on, it is worth a look. */
const nearlyFull = 0.8;

/** How much is in use, and how much of the limit that is, which one sees down the whole column. */
function InUse({ budget: { used, limit, unit } }: { readonly budget: Budget }) {
  const part = limit === 0 ? 0 : Math.min(1, used / limit);
  return (
    <>
      {amount(used, unit)}
      <span aria-hidden="true" className="mt-1 ml-auto block h-1 w-16 rounded-full bg-line">
        <span
          data-part={part.toFixed(2)}
          className={`block h-full rounded-full ${part >= nearlyFull ? "bg-warn" : "bg-accent-solid"}`}
          style={{ width: `${part * 100}%` }}
        />
      </span>
    </>
  );
}

const columns: readonly Column<Budget>[] = [
  {
    name: "Limit",
    isName: true,
    cell: ({ setting }) => <code className="text-xs">{setting}</code>,
  },
  { name: "Each", cell: ({ per }) => per },
  { name: "In use", isNumber: true, cell: (budget) => <InUse budget={budget} /> },
  { name: "At most", isNumber: true, cell: ({ limit, unit }) => amount(limit, unit) },
  {
    name: "Refused",
    isNumber: true,
    cell: ({ refused }) => (
      <span className={refused > 0 ? "font-medium text-warn" : ""}>{refused.toLocaleString()}</span>
    ),
  },
  {
    name: "Most by",
    cell: ({ by }) =>
      by !== undefined && (
        <span className="block sm:max-w-48 sm:truncate" title={by}>
          {by}
        </span>
      ),
  },
];

/** Every limit of the hub, how much of it is in use, and the setting that changes it. */
export function Limits(): React.ReactNode {
  const list = useQuery(limitsQuery);
  const budgets = list.data?.budgets;
  if (budgets === undefined)
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="limits" className="h-40" />
    );
  return <DataTable label="Limits" columns={columns} rows={budgets} keyOf={({ name }) => name} />;
}
