import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import type { Item } from "./definition.js";
import { groupedRows, type Row } from "./groups.js";

const rowHeight = 52;
const shortHeight = 32;

const heightOf = (row: Row | undefined) =>
  row === undefined || (row.is === "item" && !row.isSameAsAbove) ? rowHeight : shortHeight;

/** A list that draws only the rows in sight, many of them in groups. Arrow keys move the choice. */
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
  const rows = useMemo(() => groupedRows(items), [items]);
  const keyAt = (index: number) => {
    const row = rows[index];
    return row?.is === "item" ? row.item.key : undefined;
  };
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: (index) => heightOf(rows[index]),
    getItemKey: (index) => {
      const row = rows[index];
      return row?.is === "item" ? `${row.item.kind} ${row.item.key}` : `head ${row?.prefix}`;
    },
    overscan: 10,
    initialOffset: () => {
      const at = rows.findIndex((_, index) => keyAt(index) === chosen);
      const above = rows.slice(0, Math.max(0, at - 2));
      return at > 4 ? above.reduce((sum, row) => sum + heightOf(row), 0) : 0;
    },
  });
  const move = (event: React.KeyboardEvent) => {
    const places = rows.flatMap((row, index) => (row.is === "item" ? [index] : []));
    const at = places.findIndex((index) => keyAt(index) === chosen);
    const to = {
      ArrowDown: Math.min(places.length - 1, at + 1),
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: places.length - 1,
    }[event.key];
    const index = to === undefined ? undefined : places[to];
    const key = index === undefined ? undefined : keyAt(index);
    if (index === undefined || key === undefined) return;
    event.preventDefault();
    onChoose(key);
    virtualizer.scrollToIndex(index);
    // The row may be drawn only after the list has moved.
    requestAnimationFrame(() =>
      box.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus(),
    );
  };
  return (
    <nav
      ref={box}
      aria-label={label}
      className="max-h-64 overflow-y-auto rounded-xl border border-line bg-surface p-1 shadow-card lg:max-h-[calc(100dvh-11rem)]"
    >
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start, size, key }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <li
              key={key}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0"
              style={{ top: start, height: size }}
            >
              {row.is === "head" ? (
                <p
                  data-group={row.prefix}
                  className="flex size-full items-end gap-1.5 px-2.5 pb-1 text-xs text-soft"
                >
                  <code className="truncate font-mono font-medium text-ink">{row.prefix}…</code>
                  {row.count}
                </p>
              ) : (
                <button
                  type="button"
                  data-index={index}
                  data-item={row.item.key}
                  {...(row.prefix === "" ? {} : { "aria-label": row.item.title })}
                  aria-current={row.item.key === chosen}
                  onClick={() => {
                    onChoose(row.item.key);
                    onPick();
                  }}
                  onKeyDown={move}
                  className="flex size-full flex-col justify-center rounded-lg px-2.5 text-left -outline-offset-2 hover:bg-raised aria-[current=true]:bg-accent-soft"
                >
                  <ItemWords row={row} />
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function ItemWords({ row }: { readonly row: Row & { readonly is: "item" } }) {
  const { item, prefix, isSameAsAbove } = row;
  const { key, kind, title, description } = item;
  return (
    <>
      <span className="w-full truncate text-sm font-medium">
        {title.slice(prefix.length)}
        {kind === "resourceTemplate" && (
          <span className="ml-1.5 text-xs font-normal text-soft">template</span>
        )}
      </span>
      {!isSameAsAbove && (
        <span className="w-full truncate text-xs text-soft">{description ?? key}</span>
      )}
    </>
  );
}
