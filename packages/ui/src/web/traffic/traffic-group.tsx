import type { TrafficFigures } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { byteSize, type Group, milliseconds, rowName, share } from "./figures.js";

const shownAtFirst = 50;

function Cells({ figures }: { readonly figures: TrafficFigures }) {
  const { calls, errors } = figures;
  return (
    <>
      <td className="px-1.5">{figures.callsPerMinute}</td>
      <td className="px-1.5">{calls.toLocaleString()}</td>
      <td className={`px-1.5 whitespace-nowrap ${errors > 0 ? "font-medium text-bad" : ""}`}>
        {errors.toLocaleString()}
        {errors > 0 && <span className="font-normal"> ({share(errors, calls)})</span>}
      </td>
      <td className="px-1.5 whitespace-nowrap">{milliseconds(figures.p50Ms)}</td>
      <td className="px-1.5 whitespace-nowrap">{milliseconds(figures.p95Ms)}</td>
      <td className="px-1.5 whitespace-nowrap">{milliseconds(figures.maxMs)}</td>
      <td className="px-1.5">{figures.inFlight}</td>
      <td className="pr-4.5 pl-1.5 whitespace-nowrap sm:pr-5.5">{byteSize(figures.bytes)}</td>
    </>
  );
}

/** One server with its sums, and its tools under it. */
export function TrafficGroup({
  group,
  isOpenAtFirst,
}: {
  readonly group: Group;
  readonly isOpenAtFirst: boolean;
}) {
  const [chosen, setOpen] = useState<boolean>();
  const [shown, setShown] = useState(shownAtFirst);
  const isOpen = chosen ?? isOpenAtFirst;
  const { id, name, total, rows } = group;
  return (
    <tbody data-server={id} className="border-b border-line last:border-0">
      <tr data-total="" className="h-10 font-medium">
        <th scope="rowgroup" className="max-w-80 py-1 pl-3 text-left sm:pl-4">
          <span className="flex items-center gap-1">
            <button
              type="button"
              aria-expanded={isOpen}
              aria-label={`Tools of ${name}`}
              onClick={() => setOpen(!isOpen)}
              className="flex size-6 shrink-0 items-center justify-center rounded text-soft hover:bg-raised hover:text-ink"
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
        </th>
        <Cells figures={total} />
      </tr>
      {isOpen &&
        rows.slice(0, shown).map((row) => (
          <tr
            key={`${row.method} ${row.name ?? ""}`}
            data-row={rowName(row)}
            className="h-8 text-soft hover:bg-raised hover:text-ink"
          >
            <th scope="row" className="max-w-80 pl-10 text-left font-normal sm:pl-11">
              <span className="block truncate" title={`${row.method} ${row.name ?? ""}`.trim()}>
                <span className="font-mono text-[0.8125rem]">{rowName(row)}</span>
                {row.name !== undefined && row.method !== "tools/call" && (
                  <span className="ml-2 text-xs">{row.method}</span>
                )}
              </span>
            </th>
            <Cells figures={row} />
          </tr>
        ))}
      {isOpen && rows.length > shown && (
        <tr className="h-9 text-left">
          <td colSpan={9} className="pl-10 sm:pl-11">
            <button
              type="button"
              onClick={() => setShown(shown * 4)}
              className="rounded text-accent underline underline-offset-2"
            >
              Show more of {rows.length}
            </button>
          </td>
        </tr>
      )}
    </tbody>
  );
}
