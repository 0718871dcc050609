import type { ServerSummary } from "@hub/api";
import { useLayoutEffect, useRef, useState } from "react";
import { ScrollArea } from "../parts/scroll-area.js";
import { gap, layoutFor } from "./layout.js";
import type { Changes } from "./since.js";
import { forgetWidths } from "./text-size.js";
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
    // Names are fitted by their width, which is another in the page's own font.
    void document.fonts.ready.then(() => {
      forgetWidths();
      measure();
    });
    return () => observer.disconnect();
  }, []);
  const trouble = servers.filter(({ status }) => status !== "up").length;
  const layout = layoutFor(size, servers.length - trouble, trouble);
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
            gridAutoRows: `${layout.height}px`,
            gridAutoFlow: "row dense",
          }}
        >
          {servers.map((server) => {
            const cells = server.status === "up" ? 1 : layout.troubleSpan;
            const since = changes?.byServer.get(server.id);
            return (
              <WallTile
                key={server.id}
                server={server}
                since={since?.status === server.status ? since.at : undefined}
                isStale={isStale}
                width={layout.width * cells + gap * (cells - 1)}
                height={layout.height * cells + gap * (cells - 1)}
                span={cells}
              />
            );
          })}
        </ul>
      )}
    </ScrollArea>
  );
}
