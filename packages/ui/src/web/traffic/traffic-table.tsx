import type { Traffic } from "@hub/api";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import type { TimeSearch } from "../history/range.js";
import { Button } from "../parts/controls.js";
import { HeadCell, Table, TableHead } from "../parts/table.js";
import type { Group, Order } from "./figures.js";
import type { Sort } from "./search.js";
import { TrafficGroup } from "./traffic-group.js";

const columns: readonly { readonly label: string; readonly sort?: Sort; readonly hint?: string }[] =
  [
    { label: "Server and tool", sort: "name" },
    { label: "Calls/min", sort: "rate", hint: "Calls of the last 60 seconds" },
    { label: "Calls", sort: "calls", hint: "In the time above" },
    { label: "Errors", sort: "errors", hint: "All calls that failed, for any reason" },
    { label: "p50", sort: "p50", hint: "Half of the calls took this long or less" },
    { label: "p95", sort: "p95", hint: "95 of 100 calls took at most so long" },
    { label: "Max", sort: "max", hint: "The longest call" },
    { label: "In flight", hint: "Calls that have not ended yet" },
    { label: "Bytes", sort: "bytes", hint: "Bytes of answers" },
  ];

const shownAtFirst = 50;
/** So few servers need no folding. */
const fewGroups = 5;

/** Every server with its tools, in the order that was asked for. */
export function TrafficTable({
  groups,
  time,
  traffic,
  order,
  onOrder,
}: {
  readonly groups: readonly Group[];
  readonly time: TimeSearch;
  readonly traffic: Traffic | undefined;
  readonly order: Order;
  readonly onOrder: (next: Order) => void;
}) {
  const [shown, setShown] = useState(shownAtFirst);
  const isShort = groups.length <= fewGroups;
  const choose = (sort: Sort) => {
    const first = sort === "name" ? "up" : "down";
    const isSame = order.sort === sort;
    const turned = order.order === "up" ? "down" : "up";
    onOrder({ sort, order: isSame ? turned : first });
  };
  return (
    <>
      <Table label="Traffic by server and tool" className="-mx-4 sm:-mx-5">
        <TableHead>
          {columns.map(({ label, sort, hint }, index) => {
            const isSorted = sort === order.sort;
            const Arrow = order.order === "up" ? ArrowUp : ArrowDown;
            return (
              <HeadCell
                key={label}
                title={hint}
                isNumber={index > 0}
                sorted={isSorted ? (order.order === "up" ? "ascending" : "descending") : undefined}
                className={`py-1 ${index === 0 ? "pl-2.5 sm:pl-4" : ""} ${index === columns.length - 1 ? "sm:pr-4" : ""}`}
              >
                {sort === undefined ? (
                  <span className="px-1.5">{label}</span>
                ) : (
                  <button
                    type="button"
                    onClick={() => choose(sort)}
                    className={`inline-flex min-h-8 items-center gap-1 rounded-md px-1.5 hover:bg-raised hover:text-ink ${isSorted ? "text-ink" : ""}`}
                  >
                    {label}
                    {isSorted && <Arrow className="size-3.5" aria-hidden="true" />}
                  </button>
                )}
              </HeadCell>
            );
          })}
        </TableHead>
        {groups.slice(0, shown).map((group) => (
          <TrafficGroup
            key={group.id}
            group={group}
            time={time}
            traffic={traffic}
            order={order}
            isOpenAtFirst={isShort}
          />
        ))}
      </Table>
      {groups.length > shown && (
        <div className="mt-3 text-center">
          <Button onClick={() => setShown(shown * 2)}>Show more of {groups.length} servers</Button>
        </div>
      )}
    </>
  );
}
