import type { Event } from "@hub/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { onHubEvent, useLive } from "../live/live.js";
import { journalQuery } from "./queries.js";
import type { ActivitySearch } from "./search.js";
import { isSelected } from "./select.js";

/** So many live events are kept before the journal itself is read again. */
const mostFresh = 1_000;
const manyFresh = 200;

type Fresh = {
  /** Newest first. */
  readonly events: readonly Event[];
  /** There were more, which only the journal has. */
  readonly isFull: boolean;
};

const none: Fresh = { events: [], isFull: false };

function withEvent({ events, isFull }: Fresh, event: Event): Fresh {
  if (events.length >= mostFresh) return { events, isFull: true };
  // A stream that was cut off may tell an event again.
  if ((events[0]?.seq ?? 0) >= event.seq) return { events, isFull };
  return { events: [event, ...events], isFull };
}

/** Events that came since the page was opened; a storm of them is taken in one drawing. */
function useFresh(): [Fresh, React.Dispatch<React.SetStateAction<Fresh>>] {
  const [fresh, setFresh] = useState(none);
  const live = useLive();
  useEffect(() => onHubEvent((event) => setFresh((now) => withEvent(now, event))), []);
  // After an interruption the journal is read again, and the hub may be another one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new connection counts
  useEffect(() => setFresh(none), [live.since]);
  return [fresh, setFresh];
}

/** The journal and what comes live on top of it. While `isHeld`, what comes is only counted. */
export function useJournal(search: ActivitySearch, isHeld: boolean) {
  const query = useInfiniteQuery(journalQuery(search));
  const [fresh, setFresh] = useFresh();
  /** What is shown while held: what was there when that began, or when the filter changed since. */
  const [held, setHeld] = useState<{ readonly of: ActivitySearch; readonly seq: number }>();

  const pages = query.data?.pages;
  const loaded = useMemo(
    () => pages?.flatMap((page) => page.events.filter((event) => isSelected(event, search))),
    [pages, search],
  );
  const newest = pages?.[0]?.events[0]?.seq ?? 0;
  const all = useMemo(
    () => [
      ...fresh.events.filter((event) => event.seq > newest && isSelected(event, search)),
      ...(loaded ?? []),
    ],
    [fresh, loaded, newest, search],
  );

  const top = all[0]?.seq ?? 0;
  const heldAt = held?.of === search ? held.seq : undefined;
  if (isHeld && heldAt === undefined && loaded !== undefined) setHeld({ of: search, seq: top });
  if (!isHeld && held !== undefined) setHeld(undefined);

  const { refetch } = query;
  const isReadAgain = !isHeld && (fresh.isFull || fresh.events.length > manyFresh);
  useEffect(() => {
    if (!isReadAgain) return;
    void refetch().then(({ data }) => {
      const newestNow = data?.pages[0]?.events[0]?.seq ?? 0;
      setFresh(({ events }) => ({
        events: events.filter((event) => event.seq > newestNow).slice(0, manyFresh),
        isFull: false,
      }));
    });
  }, [isReadAgain, refetch, setFresh]);

  const events = heldAt === undefined ? all : all.filter((event) => event.seq <= heldAt);
  return {
    query,
    events: loaded === undefined ? undefined : events,
    waiting: all.length - events.length,
    /** `waiting` is only the least there is. */
    isMore: fresh.isFull,
  };
}
