import { useQuery } from "@tanstack/react-query";
import { Loading, Problem } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { limitsQuery } from "./queries.js";

const amount = (value: number, unit: "bytes" | "items") =>
  unit === "items" ? value.toLocaleString() : `${(value / 1024 / 1024).toFixed(1)} MiB`;

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
  return (
    <ScrollArea label="Limits" className="overflow-x-auto">
      <table className="w-full min-w-[46rem] text-sm">
        <thead>
          <tr className="text-left text-soft">
            <th className="py-1.5 pr-4 font-medium">Limit</th>
            <th className="py-1.5 pr-4 font-medium">Each</th>
            <th className="py-1.5 pr-4 text-right font-medium">In use</th>
            <th className="py-1.5 pr-4 text-right font-medium">At most</th>
            <th className="py-1.5 pr-4 text-right font-medium">Refused</th>
            <th className="py-1.5 font-medium">Most by</th>
          </tr>
        </thead>
        <tbody>
          {budgets.map(({ name, setting, per, unit, limit, used, by, refused }) => (
            <tr key={name} className="border-t border-line">
              <td className="py-1.5 pr-4">
                <code className="text-xs">{setting}</code>
              </td>
              <td className="py-1.5 pr-4">{per}</td>
              <td className="py-1.5 pr-4 text-right tabular-nums">{amount(used, unit)}</td>
              <td className="py-1.5 pr-4 text-right tabular-nums">{amount(limit, unit)}</td>
              <td
                className={`py-1.5 pr-4 text-right tabular-nums ${refused > 0 ? "font-medium text-warn" : ""}`}
              >
                {refused.toLocaleString()}
              </td>
              <td className="max-w-48 truncate py-1.5" title={by}>
                {by}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}
