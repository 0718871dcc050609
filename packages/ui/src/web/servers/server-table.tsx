import { Link } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import { Ago } from "../live/ago.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { StatusMark } from "../parts/status.js";
import { FlappingBadge } from "./flapping-badge.js";
import { Counts, Latency, transportName } from "./server-card.js";
import type { ShownServers } from "./server-cards.js";

const rowHeight = 49;

/** The same servers in lines, for many of them. Only the lines in sight are drawn. */
export function ServerTable({ servers, pulse, matches }: ShownServers) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const element = body.current;
    if (element !== null) setTop(element.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: servers.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
  });
  const rows = virtualizer.getVirtualItems();
  const before = (rows[0]?.start ?? top) - top;
  const after = virtualizer.getTotalSize() - ((rows.at(-1)?.end ?? top) - top);
  return (
    <ScrollArea
      label="Servers"
      className="overflow-x-auto rounded-xl border border-line bg-surface shadow-card"
    >
      <table className="w-full text-left text-sm" aria-rowcount={servers.length + 1}>
        <thead className="border-b border-line text-xs text-soft">
          <tr>
            {[
              "Server",
              "Status",
              "Offers",
              "Instances",
              "Revision",
              "Transport",
              "Owner",
              "Latency",
              "Last seen",
            ].map((name) => (
              <th key={name} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {before > 0 && (
            <tr>
              <td colSpan={9} style={{ height: before }} />
            </tr>
          )}
          {rows.map(({ index }) => {
            const server = servers[index];
            if (server === undefined) return null;
            const { id, name, title, capabilities } = server;
            const match = matches.get(id);
            const beat = pulse?.servers[id];
            return (
              <tr
                key={id}
                data-server={id}
                aria-rowindex={index + 2}
                style={{ height: rowHeight }}
                className="border-b border-line last:border-0 hover:bg-raised"
              >
                <th scope="row" className="max-w-80 px-3 font-medium">
                  <Link
                    to="/ui/servers/$id"
                    params={{ id }}
                    className="block truncate text-accent hover:underline"
                  >
                    {title ?? name}
                  </Link>
                  {match !== undefined && (
                    <span className="block truncate text-xs font-normal text-soft">
                      has {match}
                    </span>
                  )}
                </th>
                <td className="px-3">
                  <span className="flex flex-wrap items-center gap-1">
                    <StatusMark status={server.status} />
                    <FlappingBadge server={server} />
                  </span>
                </td>
                <td className="px-3">
                  <Counts server={server} />
                </td>
                <td className="px-3 tabular-nums">{server.instances.length}</td>
                <td className="px-3 whitespace-nowrap">{capabilities?.protocolVersion ?? "–"}</td>
                <td className="px-3">{transportName(server.transport)}</td>
                <td className="max-w-40 truncate px-3">{server.owner ?? "–"}</td>
                <td className="px-3">
                  <Latency pulse={beat} />
                </td>
                <td className="px-3 whitespace-nowrap text-soft">
                  {beat === undefined ? "–" : <Ago at={beat.lastSeenAt} />}
                </td>
              </tr>
            );
          })}
          {after > 0 && (
            <tr>
              <td colSpan={9} style={{ height: after }} />
            </tr>
          )}
        </tbody>
      </table>
    </ScrollArea>
  );
}
