import type { Event } from "@hub/api";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { EventRow } from "./event-row.js";

const usualHeight = 74;
const nearTheEnd = 20;

/** The events that are in sight. `onEnd` is called when the last ones are near. */
export function EventList({
  events,
  onEnd,
}: {
  readonly events: readonly Event[];
  readonly onEnd: () => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const [top, setTop] = useState(0);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
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
    count: events.length,
    estimateSize: () => usualHeight,
    getItemKey: (index) => events[index]?.seq ?? index,
    overscan: 8,
    scrollMargin: top,
  });
  const rows = virtualizer.getVirtualItems();
  const isNearEnd = (rows.at(-1)?.index ?? 0) >= events.length - nearTheEnd;
  useEffect(() => {
    if (isNearEnd) onEnd();
  }, [isNearEnd, onEnd]);
  const toggle = (seq: number) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(seq)) next.add(seq);
      return next;
    });
  return (
    <ul
      ref={list}
      aria-label="Events, newest first"
      className="relative overflow-hidden rounded-xl border border-line bg-surface shadow-card"
      style={{ height: virtualizer.getTotalSize() }}
    >
      {rows.map(({ index, start, key }) => {
        const event = events[index];
        if (event === undefined) return null;
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
            <EventRow
              event={event}
              isOpen={open.has(event.seq)}
              onToggle={() => toggle(event.seq)}
            />
          </li>
        );
      })}
    </ul>
  );
}
