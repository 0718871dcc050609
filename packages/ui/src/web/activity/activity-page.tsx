import { useNavigate, useSearch } from "@tanstack/react-router";
import { ArrowUp, Pause, Play } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { Button } from "../parts/controls.js";
import { Empty, Loading, PageHead, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { EventFilters } from "./event-filters.js";
import { EventList } from "./event-list.js";
import type { ActivitySearch } from "./search.js";
import { useExport } from "./use-export.js";
import { useJournal } from "./use-journal.js";

/** Further down than this a person reads, and nothing may move under the eyes. */
const readingFrom = 300;

function useIsReading(): boolean {
  const [isReading, setReading] = useState(false);
  useEffect(() => {
    const look = () => setReading(window.scrollY > readingFrom);
    look();
    window.addEventListener("scroll", look, { passive: true });
    return () => window.removeEventListener("scroll", look);
  }, []);
  return isReading;
}

/** What happened, newest first, live. */
export function ActivityPage(): React.ReactNode {
  useTitle("Activity");
  const search = useSearch({ from: "/ui/activity" });
  const navigate = useNavigate();
  const change = (next: ActivitySearch) =>
    void navigate({ to: "/ui/activity", search: next, replace: true });
  const [isPaused, setPaused] = useState(false);
  const isReading = useIsReading();
  const { query, events, waiting, isMore } = useJournal(search, isPaused || isReading);
  const exporting = useExport(search);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const older = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  // Nothing of what was read is selected, and there is more to look through.
  const isSeeking = events?.length === 0 && hasNextPage;
  useEffect(() => {
    if (isSeeking) older();
  }, [isSeeking, older]);
  const news = `${waiting}${isMore ? "+" : ""} new ${waiting === 1 ? "event" : "events"}`;
  const show = () => {
    setPaused(false);
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <PageHead
        title="Activity"
        lead="What happened to the servers of this hub, newest first."
        actions={
          <>
            <Button aria-pressed={isPaused} onClick={() => setPaused(!isPaused)}>
              {isPaused ? (
                <Play className="size-4" aria-hidden="true" />
              ) : (
                <Pause className="size-4" aria-hidden="true" />
              )}
              {isPaused ? "Resume" : "Pause"}
            </Button>
            {exporting.button}
          </>
        }
      />
      <EventFilters search={search} onChange={change} />
      {exporting.result}
      {/* Told politely; the list itself is silent, or a busy hub would be read out without end. */}
      <div className="pointer-events-none sticky top-16 z-10 flex h-0 justify-center">
        <span role="status" className="sr-only">
          {waiting > 0 ? news : ""}
        </span>
        {waiting > 0 && (
          <Button
            look="solid"
            onClick={show}
            className="pointer-events-auto rounded-full shadow-card"
          >
            <ArrowUp className="size-4" aria-hidden="true" />
            {news}
          </Button>
        )}
      </div>
      {events === undefined ? (
        query.isError ? (
          <Problem error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Loading what="events" rows={6} className="h-16" />
        )
      ) : events.length === 0 ? (
        !isSeeking && (
          <Empty title={isPaused ? "Paused" : "No events"}>
            {Object.values(search).every((value) => value === undefined)
              ? "The first server that registers appears here."
              : "No event fits all of these filters. New ones that do appear here."}
          </Empty>
        )
      ) : (
        <EventList events={events} onEnd={older} onWho={(who) => change({ ...search, who })} />
      )}
      {isFetchingNextPage && (
        <div className="mt-3">
          <Loading what="older events" rows={2} className="h-16" />
        </div>
      )}
      {query.isFetchNextPageError && (
        <div className="mt-3">
          <Problem error={query.error} onRetry={() => void fetchNextPage()} />
        </div>
      )}
      {events !== undefined && events.length > 0 && !hasNextPage && (
        <p className="mt-4 text-center text-sm text-soft">
          {search.on === undefined
            ? "These are all events that the hub has kept."
            : "These are all events of this day."}
        </p>
      )}
    </>
  );
}
