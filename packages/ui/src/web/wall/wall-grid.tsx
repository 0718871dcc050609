import type { ServerSummary } from "@hub/api";
import { useRouter } from "@tanstack/react-router";
import { useLayoutEffect, useRef, useState } from "react";
import type { Changes } from "../live/since.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { isTrouble, stateOf } from "../parts/seriousness.js";
import { gap, layoutFor } from "./layout.js";
import { WallTile } from "./wall-tile.js";

/** All tiles, as big as the place allows. */
export function WallGrid({
  servers,
  changes,
  isStale,
}: {
  readonly servers: readonly ServerSummary[];
  readonly changes: Changes | undefined;
  readonly isStale: boolean;
}) {
  const place = useRef<HTMLElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const router = useRouter();
  const follow = (event: React.MouseEvent<HTMLAnchorElement>) => {
    const isElsewhere = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (isElsewhere || event.button !== 0) return;
    event.preventDefault();
    router.history.push(event.currentTarget.pathname);
  };
  const trouble = servers.filter((server) => isTrouble(stateOf(server))).length;
  const layout = layoutFor(size, servers.length - trouble, trouble);
  const { isList } = layout;
  return (
    <ScrollArea
      ref={place}
      label="The state of every server"
      className="relative min-h-0 flex-1 overflow-y-auto -outline-offset-2"
    >
      {size.width > 0 && (
        <ul
          className={`grid ${isStale ? "grayscale" : ""}`}
          style={{
            gap,
            gridTemplateColumns: `repeat(${layout.columns}, minmax(0, 1fr))`,
            gridAutoRows: isList ? `minmax(${layout.height}px, auto)` : `${layout.height}px`,
            gridAutoFlow: "row dense",
          }}
        >
          {servers.map((server) => {
            const isInTrouble = isTrouble(stateOf(server));
            const columns = isInTrouble ? layout.troubleSpan : 1;
            const rows = isList ? 1 : columns;
            const since = changes?.byServer.get(server.id);
            return (
              <WallTile
                key={server.id}
                server={server}
                since={since?.status === server.status ? since.at : undefined}
                isStale={isStale}
                width={layout.width * columns + gap * (columns - 1)}
                height={layout.height * rows + gap * (rows - 1)}
                columns={columns}
                rows={rows}
                grows={isList && isInTrouble}
                onFollow={follow}
              />
            );
          })}
        </ul>
      )}
    </ScrollArea>
  );
}
