import type { Pulse, ServerSummary } from "@hub/api";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import { ServerCard } from "./server-card.js";

const gap = 16;
const leastWidth = 300;
const usualHeight = 200;

export type ShownServers = {
  readonly servers: readonly ServerSummary[];
  readonly pulse: Pulse | undefined;
  /** By server id, the name of a tool that fits the search. */
  readonly matches: ReadonlyMap<string, string>;
};

/** A grid of cards that draws only those in sight, however many there are. */
export function ServerCards({ servers, pulse, matches }: ShownServers) {
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
    return () => observer.disconnect();
  }, []);
  const rows = Math.ceil(servers.length / columns);
  const virtualizer = useWindowVirtualizer({
    count: rows,
    estimateSize: () => usualHeight + gap,
    overscan: 4,
    scrollMargin: top,
  });
  return (
    <ul
      ref={grid}
      aria-label="Servers"
      className="relative"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {virtualizer.getVirtualItems().flatMap((row) =>
        servers.slice(row.index * columns, (row.index + 1) * columns).map((server, column) => (
          <li
            key={server.id}
            aria-setsize={servers.length}
            aria-posinset={row.index * columns + column + 1}
            className="enter absolute"
            style={{
              top: row.start - top,
              left: `calc(${column} * (100% + ${gap}px) / ${columns})`,
              width: `calc((100% - ${(columns - 1) * gap}px) / ${columns})`,
              height: usualHeight,
            }}
          >
            <ServerCard
              server={server}
              pulse={pulse?.servers[server.id]}
              match={matches.get(server.id)}
            />
          </li>
        )),
      )}
    </ul>
  );
}
