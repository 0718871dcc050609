import type { Traffic } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { historyQuery } from "../history/queries.js";
import type { TimeSearch } from "../history/range.js";
import { Cell, NameCell, PlainCell, Row, TableBody } from "../parts/table.js";
import { byteSize, milliseconds } from "../parts/units.js";
import {
  errorsInWords,
  type Figures,
  type Group,
  type Order,
  ordered,
  rowName,
  share,
} from "./figures.js";
import { rowsOf } from "./over-time.js";

const shownAtFirst = 50;
const padding = "sm:px-1.5";

function Cells({ figures }: { readonly figures: Figures }) {
  const { calls, errors } = figures;
  return (
    <>
      <Cell label="Calls/min" isNumber className={padding}>
        {figures.callsPerMinute}
      </Cell>
      <Cell label="Calls" isNumber className={padding}>
        {calls.toLocaleString()}
      </Cell>
      <Cell
        label="Errors"
        isNumber
        className={`sm:px-1.5 sm:py-1.5 ${errors > 0 ? "font-medium text-bad" : ""}`}
      >
        {errors.toLocaleString()}
        {errors > 0 && (
          <>
            <span className="font-normal"> ({share(errors, calls)})</span>
            <span className="block text-xs font-normal">{errorsInWords(figures)}</span>
          </>
        )}
      </Cell>
      <Cell label="p50" isNumber className={padding}>
        {milliseconds(figures.p50Ms)}
      </Cell>
      <Cell label="p95" isNumber className={padding}>
        {milliseconds(figures.p95Ms)}
      </Cell>
      <Cell label="Max" isNumber className={padding}>
        {milliseconds(figures.maxMs)}
      </Cell>
      <Cell label="In flight" isNumber className={padding}>
        {figures.inFlight}
      </Cell>
      <Cell label="Bytes" isNumber className="sm:pr-5.5 sm:pl-1.5">
        {byteSize(figures.bytes)}
      </Cell>
    </>
  );
}

/** One server with its sums, and its tools under it, which are read when somebody opens it. */
export function TrafficGroup({
  group,
  time,
  traffic,
  order,
  isOpenAtFirst,
}: {
  readonly group: Group;
  readonly time: TimeSearch;
  readonly traffic: Traffic | undefined;
  readonly order: Order;
  readonly isOpenAtFirst: boolean;
}) {
  const [chosen, setOpen] = useState<boolean>();
  const [shown, setShown] = useState(shownAtFirst);
  const isOpen = chosen ?? isOpenAtFirst;
  const { id, name, total } = group;
  const history = useQuery({ ...historyQuery(id, time), enabled: isOpen }).data;
  const items = history === undefined || !("items" in history) ? [] : rowsOf(history, id, traffic);
  const rows = ordered(items, (row) => row, rowName, order);
  return (
    <TableBody data-server={id} className="border-b border-line last:border-0">
      <Row data-total="" className="px-4 font-medium sm:h-10">
        <NameCell scope="rowgroup" className="-ml-1 sm:max-w-80 sm:py-1 sm:pl-4">
          <span className="flex items-center gap-1">
            <button
              type="button"
              aria-expanded={isOpen}
              aria-label={`Tools of ${name}`}
              onClick={() => setOpen(!isOpen)}
              className="flex size-6 shrink-0 items-center justify-center rounded-md text-soft hover:bg-raised hover:text-ink"
            >
              <ChevronRight
                className={`size-4 motion-safe:transition-transform ${isOpen ? "rotate-90" : ""}`}
                aria-hidden="true"
              />
            </button>
            <Link
              to="/ui/servers/$id"
              params={{ id }}
              className="truncate text-accent hover:underline"
            >
              {name}
            </Link>
          </span>
        </NameCell>
        <Cells figures={total} />
      </Row>
      {isOpen &&
        rows.slice(0, shown).map((row) => (
          <Row
            key={`${row.method} ${row.name ?? ""}`}
            data-row={rowName(row)}
            className="px-4 text-soft hover:bg-raised hover:text-ink sm:h-10"
          >
            <NameCell className="pl-6 sm:max-w-80 sm:pl-11">
              <span className="block sm:truncate" title={`${row.method} ${row.name ?? ""}`.trim()}>
                <span className="font-mono text-code break-all">{rowName(row)}</span>
                {row.name !== undefined && row.method !== "tools/call" && (
                  <span className="ml-2 text-xs">{row.method}</span>
                )}
              </span>
            </NameCell>
            <Cells figures={row} />
          </Row>
        ))}
      {isOpen && rows.length > shown && (
        <Row className="px-4 text-left sm:h-9">
          <PlainCell colSpan={9} className="col-span-2 pl-6 sm:pl-11">
            <button
              type="button"
              onClick={() => setShown(shown * 4)}
              className="rounded-md text-accent underline underline-offset-2"
            >
              Show more of {rows.length}
            </button>
          </PlainCell>
        </Row>
      )}
    </TableBody>
  );
}
