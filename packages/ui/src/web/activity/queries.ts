import type { Event, EventKind, EventList } from "@hub/api";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { type ActivitySearch, kindsOf } from "./search.js";

const pageSize = 100;
const longestPage = 1_000;
/** More than this a browser does not hold well, and nobody reads. */
export const mostExported = 10_000;

const readPage = (
  { kind, server }: ActivitySearch,
  limit: number,
  cursor: string | undefined,
  signal?: AbortSignal,
) =>
  hub.events(
    { kind: kind === undefined ? undefined : kindsOf(kind), server, limit, cursor },
    signal,
  );

/** The journal, newest first, page by page. */
export const journalQuery = (search: ActivitySearch) =>
  infiniteQueryOptions({
    queryKey: ["journal", search.kind ?? "", search.server ?? ""],
    queryFn: ({ pageParam, signal }) => readPage(search, pageSize, pageParam, signal),
    initialPageParam: undefined as string | undefined, // the type of every page's cursor
    getNextPageParam: (page: EventList) => page.nextCursor,
    staleTime: 0,
  });

/** Everything that a filter selects, up to `mostExported` events; a cursor says that there is more. */
export async function readJournal(search: ActivitySearch): Promise<EventList> {
  const events: Event[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(longestPage, mostExported - events.length);
    const page: EventList = await readPage(search, limit, cursor);
    events.push(...page.events);
    cursor = page.nextCursor;
  } while (cursor !== undefined && events.length < mostExported);
  return { events, ...(cursor === undefined ? {} : { nextCursor: cursor }) };
}

/** Whether an event is one that the filter selects. */
export function isSelected(event: Event, search: ActivitySearch): boolean {
  if (search.server !== undefined && event.serverId !== search.server) return false;
  const kinds: readonly EventKind[] = kindsOf(search.kind);
  return kinds.length === 0 || kinds.some((kind) => kind === event.kind);
}
