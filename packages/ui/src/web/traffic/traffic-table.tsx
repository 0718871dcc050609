import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { Button } from "../parts/controls.js";
import { ScrollArea } from "../parts/scroll-area.js";
import type { Group, Order } from "./figures.js";
import type { Sort } from "./search.js";
import { TrafficGroup } from "./traffic-group.js";

const columns: readonly { readonly label: string; readonly sort?: Sort; readonly hint?: string }[] =
  [
    { label: "Server and tool", sort: "name" },
    { label: "Calls/min", sort: "rate", hint: "Calls of the last 60 seconds" },
    { label: "Calls", sort: "calls", hint: "Since the hub started" },
    { label: "Errors", sort: "errors", hint: "All calls that failed, for any reason" },
    { label: "p50", sort: "p50", hint: "Half of the calls took this long or less" },
    { label: "p95", sort: "p95", hint: "95 of 100 calls took at most so long" },
    { label: "Max", sort: "max", hint: "The longest call" },
    { label: "In flight", hint: "Calls that have not ended yet" },
    { label: "Bytes", sort: "bytes", hint: "Bytes of answers" },
  ];

const shownAtFirst = 50;
/** So few lines need no folding. */
const fewRows = 40;

/** Every server with its tools, in the order that was asked for. */
export function TrafficTable({
  groups,
  order,
  onOrder,
}: {
  readonly groups: readonly Group[];
  readonly order: Order;
  readonly onOrder: (next: Order) => void;
}) {
  const [shown, setShown] = useState(shownAtFirst);
  const isShort = groups.reduce((sum, group) => sum + group.rows.length, 0) <= fewRows;
  const choose = (sort: Sort) => {
    const first = sort === "name" ? "up" : "down";
    const isSame = order.sort === sort;
    const turned = order.order === "up" ? "down" : "up";
    onOrder({ sort, order: isSame ? turned : first });
  };
  return (
    <>
      <ScrollArea label="Traffic by server and tool" className="-mx-4 overflow-x-auto sm:-mx-5">
        <table className="w-full min-w-180 text-right text-sm tabular-nums">
          <thead className="border-b border-line text-xs text-soft">
            <tr>
              {columns.map(({ label, sort, hint }, index) => {
                const isSorted = sort === order.sort;
                const Arrow = order.order === "up" ? ArrowUp : ArrowDown;
                return (
                  <th
                    key={label}
                    scope="col"
                    title={hint}
                    {...(isSorted
                      ? { "aria-sort": order.order === "up" ? "ascending" : "descending" }
                      : {})}
                    className={`py-1 font-medium whitespace-nowrap ${index === 0 ? "pl-3 text-left sm:pl-4" : ""} ${index === columns.length - 1 ? "pr-3 sm:pr-4" : ""}`}
                  >
                    {sort === undefined ? (
                      <span className="px-1.5">{label}</span>
                    ) : (
                      <button
                        type="button"
                        onClick={() => choose(sort)}
                        className={`inline-flex min-h-8 items-center gap-1 rounded px-1.5 hover:bg-raised hover:text-ink ${isSorted ? "text-ink" : ""}`}
                      >
                        {label}
                        {isSorted && <Arrow className="size-3.5" aria-hidden="true" />}
                      </button>
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          {groups.slice(0, shown).map((group) => (
            <TrafficGroup key={group.id} group={group} isOpenAtFirst={isShort} />
          ))}
        </table>
      </ScrollArea>
      {groups.length > shown && (
        <div className="mt-3 text-center">
          <Button onClick={() => setShown(shown * 2)}>Show more of {groups.length} servers</Button>
        </div>
      )}
    </>
  );
}
