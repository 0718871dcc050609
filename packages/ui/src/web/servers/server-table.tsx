import type { Pulse, ServerSummary } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Ago } from "../live/ago.js";
import { stateOf } from "../parts/seriousness.js";
import { StatusMark } from "../parts/status.js";
import {
  Cell,
  HeadCell,
  linedRow,
  NameCell,
  PlainCell,
  Table,
  TableBody,
  TableHead,
  Row as TableRow,
} from "../parts/table.js";
import { CanDo } from "./can-do.js";
import { FavouriteButton } from "./favourite-button.js";
import { FlappingBadge } from "./flapping-badge.js";
import { GroupHead } from "./group-head.js";
import type { Group } from "./groups.js";
import type { ServersSearch, Sort } from "./search.js";
import { SelectBox, type Selection } from "./selection.js";
import { Latency } from "./server-card.js";
import type { ShownServers } from "./server-cards.js";

/** Until they are measured: on a phone they are several lines. */
const usualHeight = 49;
const padding = "sm:px-3";

const columns: readonly (readonly [name: string, sort: Sort | undefined])[] = [
  ["Server", "name"],
  ["Status", "status"],
  ["Can do", undefined],
  ["Tools", "tools"],
  ["Owner", "owner"],
  ["Latency", "latency"],
  ["Last seen", "seen"],
];

type Row =
  | { readonly kind: "head"; readonly group: Group }
  | { readonly kind: "server"; readonly group: Group; readonly server: ServerSummary };

function rowsOf(groups: readonly Group[]): readonly Row[] {
  return groups.flatMap((group): readonly Row[] => {
    const rows = group.servers.map((server) => ({ kind: "server", group, server }) as const);
    return groups.length === 1 && group.name === undefined
      ? rows
      : [{ kind: "head", group }, ...rows];
  });
}

/** The same servers in lines, for many of them. Only the lines in sight are drawn. */
export function ServerTable({
  groups,
  pulse,
  matches,
  selection,
  search: { sort = "status", order },
  onOrder,
}: ShownServers & {
  readonly search: ServersSearch;
  readonly onOrder: (next: Pick<ServersSearch, "sort" | "order">) => void;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = body.current;
    if (element === null) return;
    const measure = () => setTop(element.getBoundingClientRect().top + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const all = useMemo(() => rowsOf(groups), [groups]);
  const virtualizer = useWindowVirtualizer({
    count: all.length,
    estimateSize: () => usualHeight,
    overscan: 12,
    scrollMargin: top,
  });
  const rows = virtualizer.getVirtualItems();
  const before = (rows[0]?.start ?? top) - top;
  const after = virtualizer.getTotalSize() - ((rows.at(-1)?.end ?? top) - top);
  const width = columns.length + 1 + (selection === undefined ? 0 : 1);
  const gapRow = (height: number) =>
    height > 0 && (
      <tr className="block sm:table-row">
        <td colSpan={width} className="block sm:table-cell" style={{ height }} />
      </tr>
    );
  return (
    <Table
      label="Servers"
      className="rounded-xl border border-line bg-surface shadow-card"
      rowCount={all.length + 1}
    >
      <TableHead className="px-2 sm:px-0">
        {selection !== undefined && <td className="hidden w-10 sm:table-cell" />}
        {columns.map(([name, by]) => {
          const isSorted = by === sort;
          const isReverse = isSorted && order === "reverse";
          const Arrow = isReverse ? ArrowUp : ArrowDown;
          return (
            <HeadCell
              key={name}
              sorted={isSorted ? (isReverse ? "descending" : "ascending") : undefined}
              className="py-1 sm:px-2"
            >
              {by === undefined ? (
                <span className="px-1">{name}</span>
              ) : (
                <button
                  type="button"
                  className={`inline-flex min-h-8 items-center gap-1 rounded-md px-1.5 hover:bg-raised hover:text-ink sm:px-1 ${isSorted ? "text-ink" : ""}`}
                  onClick={() =>
                    onOrder({
                      sort: by === "status" ? undefined : by,
                      order: isSorted && !isReverse ? "reverse" : undefined,
                    })
                  }
                >
                  {name}
                  {isSorted && <Arrow className="size-3.5" aria-hidden="true" />}
                </button>
              )}
            </HeadCell>
          );
        })}
        <td className="hidden sm:table-cell" />
      </TableHead>
      <TableBody ref={body}>
        {gapRow(before)}
        {rows.map(({ index }) => {
          const row = all[index];
          if (row === undefined) return null;
          return row.kind === "head" ? (
            <TableRow
              key={`head ${row.group.key}`}
              ref={virtualizer.measureElement}
              data-index={index}
              className="border-b border-line bg-raised sm:h-12"
            >
              <NameCell scope="rowgroup" colSpan={width} className="px-3">
                <GroupHead group={row.group} />
              </NameCell>
            </TableRow>
          ) : (
            <ServerRow
              key={`${row.group.key} ${row.server.id}`}
              index={index}
              measure={virtualizer.measureElement}
              server={row.server}
              match={matches.get(row.server.id)}
              pulse={pulse?.servers[row.server.id]}
              selection={selection}
            />
          );
        })}
        {gapRow(after)}
      </TableBody>
    </Table>
  );
}

function ServerRow({
  index,
  measure,
  server,
  match,
  pulse,
  selection,
}: {
  readonly index: number;
  readonly measure: (row: HTMLTableRowElement | null) => void;
  readonly server: ServerSummary;
  readonly match: string | undefined;
  readonly pulse: Pulse["servers"][string] | undefined;
  readonly selection: Selection | undefined;
}) {
  const { id, title, capabilities, owner } = server;
  const name = title ?? server.name;
  return (
    <TableRow
      ref={measure}
      data-index={index}
      data-server={id}
      aria-rowindex={index + 2}
      className={`relative px-3 sm:h-12 ${linedRow} ${selection === undefined ? "" : "pl-11"}`}
    >
      {selection !== undefined && (
        <PlainCell className="absolute top-2.5 left-3 sm:static sm:pl-3">
          <SelectBox id={id} name={name} selection={selection} />
        </PlainCell>
      )}
      <NameCell className="pr-10 sm:max-w-80 sm:px-3 sm:font-medium">
        <Link
          to="/ui/servers/$id"
          params={{ id }}
          className="line-clamp-2 text-accent hover:underline sm:line-clamp-none sm:block sm:truncate"
        >
          {name}
        </Link>
      </NameCell>
      <Cell label="Status" className={padding}>
        <span className="flex items-center gap-1">
          <StatusMark status={stateOf(server)} />
          <FlappingBadge server={server} />
        </span>
      </Cell>
      <Cell label="Can do" className="sm:max-w-80 sm:min-w-40 sm:px-3">
        <CanDo server={server} match={match} className="max-sm:flex-wrap" />
      </Cell>
      <Cell label="Tools" className={padding}>
        {capabilities?.tools}
      </Cell>
      <Cell label="Owner" className={padding}>
        {owner !== undefined && <span className="block sm:max-w-40 sm:truncate">{owner}</span>}
      </Cell>
      <Cell label="Latency" className={padding}>
        {pulse?.latenciesMs.at(-1) !== undefined && <Latency pulse={pulse} />}
      </Cell>
      <Cell label="Last seen" className={`text-soft ${padding}`}>
        {pulse !== undefined && <Ago at={pulse.lastSeenAt} />}
      </Cell>
      <PlainCell className="absolute top-1 right-1 sm:static sm:pr-2 sm:text-right">
        <FavouriteButton id={id} name={name} />
      </PlainCell>
    </TableRow>
  );
}
