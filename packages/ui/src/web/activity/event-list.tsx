import type { Event } from "@hub/api";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useNow } from "../live/clock.js";
import { EventRow } from "./event-row.js";
import { dayName, linesOf } from "./groups.js";

const usualHeight = 80;
const headingHeight = 44;
const nearTheEnd = 20;

/** The events that are in sight, under their days. `onEnd` is called when the last ones are near. */
export function EventList({
  events,
  onEnd,
  onWho,
}: {
  readonly events: readonly Event[];
  readonly onEnd: () => void;
  readonly onWho: (who: string) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const lines = useMemo(() => linesOf(events), [events]);
  const now = useNow();
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const measure = () => setTop(element.getBoundingClientRect().top + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => (lines[index]?.kind === "day" ? headingHeight : usualHeight),
    getItemKey: (index) => lines[index]?.key ?? index,
    overscan: 8,
    scrollMargin: top,
  });
  const rows = virtualizer.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? 0) >= lines.length - nearTheEnd;
  useEffect(() => {
    if (isNearEnd) onEnd();
  }, [isNearEnd, onEnd]);
  const toggle = (key: string) =>
    setOpen((was) => {
      const next = new Set(was);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return (
    <ul
      ref={list}
      aria-label="Events, newest first"
      className="relative box-content overflow-hidden rounded-xl border border-line bg-surface shadow-card"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {rows.map(({ index, start, key }) => {
        const line = lines[index];
        if (line === undefined) return null;
        return (
          <li
            key={key}
            ref={virtualizer.measureElement}
            data-index={index}
            aria-setsize={-1}
            aria-posinset={index + 1}
            className="absolute inset-x-0"
            style={{ top: start - top }}
          >
            {line.kind === "day" ? (
              <h2 className="border-b border-line bg-raised px-3 py-2.5 text-base font-semibold sm:px-4">
                {dayName(line.at, now)}
              </h2>
            ) : (
              <EventRow
                group={line}
                isOpen={open.has(line.key)}
                onToggle={() => toggle(line.key)}
                onWho={onWho}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}
