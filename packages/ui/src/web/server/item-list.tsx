import { useVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import type { Item } from "./definition.js";

const rowHeight = 52;

/** A list that draws only the rows in sight. Arrow keys move the choice. */
export function ItemList({
  label,
  items,
  chosen,
  onChoose,
  onPick,
}: {
  readonly label: string;
  readonly items: readonly Item[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
  /** It was clicked, and not only passed by with the arrow keys. */
  readonly onPick: () => void;
}) {
  const box = useRef<HTMLElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    initialOffset: () => {
      const at = items.findIndex(({ key }) => key === chosen);
      return at > 4 ? (at - 2) * rowHeight : 0;
    },
  });
  const move = (event: React.KeyboardEvent) => {
    const at = items.findIndex(({ key }) => key === chosen);
    const to = {
      ArrowDown: Math.min(items.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: items.length - 1,
    }[event.key];
    const item = to === undefined ? undefined : items[to];
    if (to === undefined || item === undefined) return;
    event.preventDefault();
    onChoose(item.key);
    virtualizer.scrollToIndex(to);
    // The row may be drawn only after the list has moved.
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus(),
    );
  };
  return (
    <nav
      ref={box}
      aria-label={label}
      className="max-h-64 overflow-y-auto rounded-xl border border-line bg-surface p-1 shadow-card lg:max-h-[calc(100dvh-11rem)]"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          const { key, kind, title, description } = item;
          return (
            <li
              key={`${kind} ${key}`}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0"
              style={{ top: start, height: rowHeight }}
            >
              <button
                type="button"
                data-index={index}
                data-item={key}
                aria-current={key === chosen}
                onClick={() => {
                  onChoose(key);
                  onPick();
                }}
                onKeyDown={move}
                className="flex size-full flex-col justify-center rounded-lg px-2.5 text-left -outline-offset-2 hover:bg-raised aria-[current=true]:bg-accent-soft"
              >
                <span className="w-full truncate text-sm font-medium">
                  {title}
                  {kind === "resourceTemplate" && (
                    <span className="ml-1.5 text-xs font-normal text-soft">template</span>
                  )}
                </span>
                <span className="w-full truncate text-xs text-soft">{description ?? key}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
