import type { Event, EventList } from "@hub/api";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { hub } from "../api/hub.js";
import { dayFrom } from "./groups.js";
import { type ActivitySearch, isSifted, kindsOf } from "./search.js";
import { isSelected } from "./select.js";

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
    queryKey: ["journal", search],
    queryFn: ({ pageParam, signal }) =>
      readPage(search, isSifted(search) ? longestPage : pageSize, pageParam, signal),
    initialPageParam: undefined as string | undefined, // the type of every page's cursor
    getNextPageParam: (page: EventList) => nextOf(page, search),
    staleTime: 0,
  });

/** Where the journal goes on; nowhere when it is past the day that is asked for. */
function nextOf({ events, nextCursor }: EventList, { on }: ActivitySearch): string | undefined {
  const oldest = events.at(-1);
  const day = on === undefined ? undefined : dayFrom(on);
  const isPast = oldest !== undefined && day !== undefined && Date.parse(oldest.at) < day;
  return isPast ? undefined : nextCursor;
}

/** Everything that a filter selects, up to `mostExported` events; a cursor says that there is more. */
export async function readJournal(search: ActivitySearch): Promise<EventList> {
  const events: Event[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(longestPage, mostExported - events.length);
    const page: EventList = await readPage(search, limit, cursor);
    events.push(...page.events.filter((event) => isSelected(event, search)));
    cursor = nextOf(page, search);
  } while (cursor !== undefined && events.length < mostExported);
  return { events, ...(cursor === undefined ? {} : { nextCursor: cursor }) };
}
