import { useNavigate, useSearch } from "@tanstack/react-router";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Empty } from "../parts/panels.js";
import { SearchInput } from "../parts/search-input.js";
import { type Item, narrow } from "./definition.js";
import { ItemDetails } from "./item-details.js";
import { ItemList } from "./item-list.js";
import type { ServerSearch } from "./search.js";

/** From here on the list stands beside it: Tailwind's `lg`. */
const besideFrom = "(min-width: 64rem)";

/** A list to choose from and, beside it, what was chosen. Both stand in the URL. */
export function ItemBrowser({
  serverId,
  what,
  items,
}: {
  readonly serverId: string;
  readonly what: string;
  readonly items: readonly Item[];
}) {
  const search = useSearch({ from: "/ui/servers/$id" });
  const navigate = useNavigate();
  const change = (next: Partial<ServerSearch>) =>
    void navigate({
      to: "/ui/servers/$id",
      params: { id: serverId },
      search: (now: ServerSearch) => ({ ...now, ...next }),
      replace: true,
      resetScroll: false,
    });
  const details = useRef<HTMLDivElement>(null);
  const showDetails = () => {
    // Where the list stands above what was chosen, a click would seem to do nothing.
    if (!window.matchMedia(besideFrom).matches)
      requestAnimationFrame(() => details.current?.scrollIntoView({ block: "start" }));
  };
  const words = useDeferredValue(search.q ?? "");
  const shown = useMemo(() => narrow(items, words), [items, words]);
  // What nobody chose stays as well, while it is there: somebody may be typing into its form.
  const [held, setHeld] = useState<string>();
  const find = (wanted: string | undefined) => items.find(({ key }) => key === wanted);
  const chosen = search.item === undefined ? (find(held) ?? shown[0]) : find(search.item);
  const chosenKey = chosen?.key;
  useEffect(() => setHeld(chosenKey), [chosenKey]);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(16rem,22rem)_minmax(0,1fr)]">
      <div className="grid grid-cols-1 gap-2 lg:sticky lg:top-20">
        <SearchInput
          label={`Filter ${what}`}
          value={search.q ?? ""}
          onChange={(text) => change({ q: text })}
        />
        <p role="status" className="text-xs text-soft tabular-nums">
          {shown.length === items.length
            ? `${items.length} in all`
            : `${shown.length} of ${items.length}`}
        </p>
        {shown.length === 0 ? (
          <Empty title="No match" />
        ) : (
          <ItemList
            label={what}
            items={shown}
            chosen={chosen?.key}
            onChoose={(key) => change({ item: key })}
            onPick={showDetails}
          />
        )}
      </div>
      <div ref={details} className="min-w-0 scroll-mt-20">
        {chosen !== undefined && (
          <ItemDetails key={`${chosen.kind} ${chosen.key}`} serverId={serverId} item={chosen} />
        )}
        {chosen === undefined && search.item !== undefined && (
          <Empty title={`There is no “${search.item}” here`}>
            The server may have changed since this link was made. Choose another from the list.
          </Empty>
        )}
      </div>
    </div>
  );
}
