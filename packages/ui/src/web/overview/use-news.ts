import type { Event } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useFollowHub } from "../api/use-follow-hub.js";
import { hubNow } from "../live/clock.js";
import { visits } from "../shell/use-visits.js";
import { visited } from "../shell/visits.js";
import { newsQuery } from "./queries.js";

const readEveryMs = 2_000;
/** Whoever is here for the first time hears of today and yesterday. */
function startOfYesterday(): number {
  const day = new Date(hubNow());
  day.setDate(day.getDate() - 1);
  return day.setHours(0, 0, 0, 0);
}

export type News = {
  /** Newest first. */
  readonly events: readonly Event[];
  /** In milliseconds since 1970. */
  readonly since: number;
  /** Nobody was here before. */
  readonly isFirstVisit: boolean;
};

/** What happened since somebody was here before, live. Undefined until it is read. */
export function useNews(): News | undefined {
  const [before] = useState(() => visited(visits.get(), hubNow()).before);
  useFollowHub(newsQuery.queryKey, readEveryMs);
  const { data } = useQuery(newsQuery);
  return useMemo(() => {
    if (data === undefined) return undefined;
    const since = before ?? startOfYesterday();
    const events = data.filter(({ at }) => Date.parse(at) > since);
    return { events, since, isFirstVisit: before === undefined };
  }, [data, before]);
}
