import type { CapabilityChangeView, ChangedItem } from "@hub/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "../parts/controls.js";
import { Badge, Empty, Loading, Problem } from "../parts/panels.js";
import { count } from "./amounts.js";
import { ChangedItemView } from "./changed-item.js";
import { folded } from "./fold.js";
import { meaningsOf, worstOf } from "./meaning.js";
import { meaningLooks } from "./meaning-list.js";
import { changesQuery } from "./queries.js";
import { When } from "./when.js";

/** How what a server offers has changed, newest first. */
export function ChangesTab({ id }: { readonly id: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    changesQuery(id),
  );
  if (data === undefined)
    return error === null ? (
      <Loading what="changes" rows={3} />
    ) : (
      <Problem error={error} onRetry={() => void refetch()} />
    );
  const changes = data.pages.flatMap((page) => page.changes);
  if (changes.length === 0)
    return (
      <Empty title="No changes yet">
        When the tools, resources or prompts of this server change, this page shows the difference.
      </Empty>
    );
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <ol aria-label="Changes" className="grid grid-cols-[minmax(0,1fr)] gap-4">
        {changes.map((change) => (
          <ChangeView key={change.seq} serverId={id} change={change} />
        ))}
      </ol>
      {hasNextPage && (
        <Button
          className="justify-self-center"
          disabled={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
        >
          {isFetchingNextPage ? "Loading…" : "Older changes"}
        </Button>
      )}
    </div>
  );
}

const fewItems = 12;
const tones = { added: "good", removed: "bad", changed: "warn" } as const;
const order: readonly ChangedItem["change"][] = ["changed", "removed", "added"];

function ChangeView({
  serverId,
  change,
}: {
  readonly serverId: string;
  readonly change: CapabilityChangeView;
}) {
  const [isWhole, setWhole] = useState(false);
  // What the hub read first is all new: its names say enough.
  const isFirst = change.previousHash === undefined;
  const items = order.flatMap((one) => change.items.filter((item) => item.change === one));
  const groups = folded(items);
  const shown = isWhole ? groups : groups.slice(0, fewItems);
  const worst = isFirst ? undefined : worstOf(items.flatMap(meaningsOf));
  return (
    <li
      data-change={change.seq}
      className="rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5"
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">{isFirst ? "First reading" : "Changed"}</h2>
        <span className="text-sm">
          <When at={change.at} />
        </span>
        <span className="flex flex-wrap gap-1">
          {worst !== undefined && (
            <Badge tone={meaningLooks[worst].tone}>{meaningLooks[worst].word}</Badge>
          )}
          {order.map((one) => {
            const many = items.filter((item) => item.change === one).length;
            return many === 0 ? null : (
              <Badge key={one} tone={tones[one]}>
                {many} {one}
              </Badge>
            );
          })}
        </span>
      </div>
      {items.length === 0 && change.omitted === undefined ? (
        <p className="mt-2 text-sm text-soft">The server offered nothing.</p>
      ) : (
        <ul className="mt-3 grid grid-cols-[minmax(0,1fr)] gap-2">
          {shown.map((one) => (
            <ChangedItemView
              key={`${one.first.kind} ${one.first.key}`}
              serverId={serverId}
              folded={one}
            />
          ))}
        </ul>
      )}
      {change.omitted !== undefined && (
        <p className="mt-2 text-sm text-soft">
          And {change.omitted} more, too many for the hub to keep.
        </p>
      )}
      {shown.length < groups.length && (
        <Button look="quiet" className="mt-2" onClick={() => setWhole(true)}>
          Show {count(groups.length - shown.length, "more", "more")}
        </Button>
      )}
    </li>
  );
}
