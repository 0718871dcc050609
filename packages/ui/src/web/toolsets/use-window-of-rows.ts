import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** Rows beyond the edges, so that nothing is white while somebody scrolls. */
const beyond = 8;

/**
 * Which rows of a long list are to be drawn: those in sight of the element that scrolls, and some beyond.
 * All rows are `rowHeight` pixels high.
 */
export function useWindowOfRows(count: number, rowHeight: number) {
  const area = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 30 });
  const look = useCallback(() => {
    const element = area.current;
    if (element === null) return;
    const first = Math.max(0, Math.floor(element.scrollTop / rowHeight) - beyond);
    const last = Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + beyond;
    setRange((now) => (now.first === first && now.last === last ? now : { first, last }));
  }, [rowHeight]);
  useLayoutEffect(() => {
    // A list that has become shorter scrolls by itself.
    if (count >= 0) look();
  }, [look, count]);
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [look]);
  const show = useCallback(
    (index: number) => {
      const element = area.current;
      if (element === null) return;
      const top = index * rowHeight;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + element.clientHeight)
        element.scrollTop = top + rowHeight - element.clientHeight;
      look();
    },
    [look, rowHeight],
  );
  const { first } = range;
  const last = Math.min(count, range.last);
  /** How many rows are in sight at once. */
  const page = () => Math.max(1, Math.floor((area.current?.clientHeight ?? 0) / rowHeight) - 1);
  return { area, first: Math.min(first, Math.max(0, count - 1)), last, onScroll: look, show, page };
}
