import { useRef, useState } from "react";

/** Steps from one to another, both included. */
export type Selection = { readonly first: number; readonly last: number };

const ordered = (one: number, other: number): Selection => ({
  first: Math.min(one, other),
  last: Math.max(one, other),
});

/**
 * Where somebody is in a chart of `count` steps and what is selected, by pointer and by keys: arrows move, with
 * Shift they select, Enter zooms into what is selected, Escape lets go.
 */
export function useSelection(count: number, onZoom: (selection: Selection) => void) {
  const [cursor, setCursor] = useState<number>();
  const [anchor, setAnchor] = useState<number>();
  const isDragging = useRef(false);
  const at = cursor === undefined ? undefined : Math.min(cursor, count - 1);
  const selection = anchor === undefined || at === undefined ? undefined : ordered(anchor, at);
  const letGo = () => {
    isDragging.current = false;
    setAnchor(undefined);
  };
  const zoom = () => {
    if (selection !== undefined && selection.last > selection.first) onZoom(selection);
    letGo();
  };
  const stepAt = (event: React.PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  };
  const move = (event: React.KeyboardEvent, by: number) => {
    event.preventDefault();
    const from = at ?? count - 1;
    setAnchor(event.shiftKey ? (anchor ?? from) : undefined);
    setCursor(Math.min(count - 1, Math.max(0, from + by)));
  };
  return {
    cursor: at,
    selection,
    handlers: {
      onPointerDown: (event: React.PointerEvent) => {
        // A finger scrolls the page.
        if (event.button !== 0 || event.pointerType === "touch") return;
        event.currentTarget.setPointerCapture(event.pointerId);
        isDragging.current = true;
        setAnchor(stepAt(event));
        setCursor(stepAt(event));
      },
      onPointerMove: (event: React.PointerEvent) => setCursor(stepAt(event)),
      onPointerUp: () => {
        if (isDragging.current) zoom();
      },
      onPointerCancel: letGo,
      onPointerLeave: () => {
        if (!isDragging.current) setCursor(undefined);
      },
      onKeyDown: (event: React.KeyboardEvent) => {
        if (event.key === "ArrowLeft") move(event, -1);
        else if (event.key === "ArrowRight") move(event, 1);
        else if (event.key === "Home") move(event, -count);
        else if (event.key === "End") move(event, count);
        else if (event.key === "Enter") zoom();
        else if (event.key === "Escape") letGo();
      },
      onFocus: () => setCursor(at ?? count - 1),
      onBlur: () => {
        letGo();
        setCursor(undefined);
      },
    },
  };
}
