import type { Pulse, ServerSummary } from "@hub/api";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { GroupHead } from "./group-head.js";
import type { Group } from "./groups.js";
import type { Selection } from "./selection.js";
import { ServerCard } from "./server-card.js";

const gap = 16;
const leastWidth = 300;
const usualHeight = 208;
const headHeight = 28;

export type ShownServers = {
  readonly groups: readonly Group[];
  readonly pulse: Pulse | undefined;
  /** By server id, the name of a tool that fits the search. */
  readonly matches: ReadonlyMap<string, string>;
  /** Undefined: nobody chooses some of them. */
  readonly selection?: Selection | undefined;
};

type Row =
  | { readonly kind: "head"; readonly group: Group }
  | { readonly kind: "cards"; readonly group: Group; readonly servers: readonly ServerSummary[] };

function rowsOf(groups: readonly Group[], columns: number): readonly Row[] {
  return groups.flatMap((group): readonly Row[] => {
    const rows = Array.from({ length: Math.ceil(group.servers.length / columns) }, (_, index) => ({
      kind: "cards" as const,
      group,
      servers: group.servers.slice(index * columns, (index + 1) * columns),
    }));
    return groups.length === 1 && group.name === undefined
      ? rows
      : [{ kind: "head", group }, ...rows];
  });
}

/** A grid of cards that draws only those in sight, however many there are. */
export function ServerCards({ groups, pulse, matches, selection }: ShownServers) {
  const grid = useRef<HTMLUListElement>(null);
  const [columns, setColumns] = useState(1);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = grid.current;
    if (element === null) return;
    const measure = () => {
      setColumns(Math.max(1, Math.floor((element.clientWidth + gap) / (leastWidth + gap))));
      setTop(element.getBoundingClientRect().top + window.scrollY);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // What stands above it grows and shrinks as well.
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const rows = useMemo(() => rowsOf(groups, columns), [groups, columns]);
  const heightOf = (index: number) => (rows[index]?.kind === "head" ? headHeight : usualHeight);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => heightOf(index) + gap,
    overscan: 4,
    scrollMargin: top,
  });
  // What was estimated for another grouping, or another number of columns, is not so any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rows are what the estimates are of
  useLayoutEffect(() => virtualizer.measure(), [rows, virtualizer]);
  return (
    <ul
      ref={grid}
      aria-label="Servers"
      className="relative"
      style={{ height: Math.max(0, virtualizer.getTotalSize() - gap) }}
    >
      {virtualizer.getVirtualItems().flatMap(({ index, start }) => {
        const row = rows[index];
        if (row === undefined) return [];
        const place = { top: start - top, height: heightOf(index) };
        if (row.kind === "head")
          return (
            <li key={`head ${row.group.key}`} className="absolute inset-x-0" style={place}>
              <GroupHead group={row.group} />
            </li>
          );
        return row.servers.map((server, column) => (
          <li
            key={`${row.group.key} ${server.id}`}
            className="enter absolute"
            style={{
              ...place,
              left: `calc(${column} * (100% + ${gap}px) / ${columns})`,
              width: `calc((100% - ${(columns - 1) * gap}px) / ${columns})`,
            }}
          >
            <ServerCard
              server={server}
              pulse={pulse?.servers[server.id]}
              match={matches.get(server.id)}
              selection={selection}
            />
          </li>
        ));
      })}
    </ul>
  );
}
