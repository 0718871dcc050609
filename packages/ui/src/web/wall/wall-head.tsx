import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Ago } from "../live/ago.js";
import { useNow } from "../live/clock.js";
import type { Changes } from "../live/since.js";
import { inputClass } from "../parts/controls.js";
import { type ServerState, serverStates, stateOf } from "../parts/seriousness.js";
import { StatusShape, statusTone, statusWord } from "../parts/status.js";
import { choicesOf } from "../servers/search.js";
import { trafficQuery } from "../traffic/queries.js";
import type { WallSearch } from "./search.js";

function Clock() {
  const now = new Date(useNow());
  return (
    <time
      dateTime={now.toISOString()}
      className="text-base font-semibold whitespace-nowrap tabular-nums sm:text-xl lg:text-figure"
    >
      {now.toLocaleTimeString()}
    </time>
  );
}

/** Calls and errors through the hub in the last hour. */
function LastHour() {
  const minutes = useQuery(trafficQuery(undefined)).data?.minutes;
  if (minutes === undefined) return null;
  const calls = minutes.reduce((sum, minute) => sum + minute.calls, 0);
  const errors = minutes.reduce((sum, minute) => sum + minute.errors, 0);
  return (
    <p data-testid="last-hour" className="text-base whitespace-nowrap text-soft tabular-nums">
      <span className="font-semibold text-ink">{calls.toLocaleString()}</span>{" "}
      {calls === 1 ? "call" : "calls"} ·{" "}
      <span className={errors > 0 ? "font-semibold text-bad" : ""}>
        {errors.toLocaleString()} {errors === 1 ? "error" : "errors"}
      </span>{" "}
      <span className="max-sm:hidden">in the last hour</span>
    </p>
  );
}

/** How many servers are how, the clock, and which of them are shown. */
export function WallHead({
  servers,
  search,
  changes,
  isStale,
  onChange,
  children,
}: {
  /** All of them, whatever is filtered. */
  readonly servers: readonly ServerSummary[];
  readonly search: WallSearch;
  readonly changes: Changes | undefined;
  /** What was counted may not be so any more. */
  readonly isStale: boolean;
  readonly onChange: (next: WallSearch) => void;
  readonly children: React.ReactNode;
}) {
  const tags = choicesOf(servers, ({ tags: own }) => own);
  const isTagKnown = search.tag === undefined || tags.some(({ value }) => value === search.tag);
  const withTag = servers.filter(({ tags: own }) => !search.tag || own.includes(search.tag));
  const count = (state: ServerState) =>
    withTag.filter((server) => stateOf(server) === state).length;
  const last = changes?.last;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="sr-only">Wallboard</h1>
      <fieldset className={`flex flex-wrap gap-2 ${isStale ? "grayscale" : ""}`}>
        <legend className="sr-only">Filter by status</legend>
        {serverStates
          .filter((status) => status === "up" || count(status) > 0 || search.status === status)
          .map((status) => (
            <button
              key={status}
              type="button"
              aria-pressed={search.status === status}
              data-count={status}
              onClick={() =>
                onChange({ ...search, status: search.status === status ? undefined : status })
              }
              className={`flex min-h-9 items-center gap-2 rounded-lg border-2 px-2 text-base font-bold sm:min-h-11 sm:px-3 sm:text-xl whitespace-nowrap tabular-nums ${statusTone(status)} ${search.status === status || isStale ? "border-current" : "border-transparent"} ${isStale ? "border-dashed" : ""}`}
            >
              <StatusShape status={status} className="size-[1em]" />
              {count(status)}{" "}
              <span className="font-semibold">{statusWord(status).toLowerCase()}</span>
            </button>
          ))}
      </fieldset>
      {last !== undefined && !isStale && (
        <p className="hidden min-w-0 max-w-80 truncate text-lg text-soft 2xl:block">
          <span className="font-semibold text-ink">{last.name}</span> {last.status},{" "}
          <Ago at={last.at} />
        </p>
      )}
      <div className="flex max-w-full shrink-0 grow flex-wrap items-center justify-end gap-2">
        <div className="mr-auto">{!isStale && <LastHour />}</div>
        {(tags.length > 0 || !isTagKnown) && (
          <select
            aria-label="Tag"
            value={search.tag ?? ""}
            onChange={(event) => onChange({ ...search, tag: event.target.value || undefined })}
            className={`${inputClass} w-auto! max-w-36 min-w-0 pr-8 sm:max-w-40`}
          >
            <option value="">All tags</option>
            {!isTagKnown && <option value={search.tag}>{search.tag}</option>}
            {tags.map(({ value, count: servers }) => (
              <option key={value} value={value}>
                #{value} ({servers})
              </option>
            ))}
          </select>
        )}
        {children}
        <span className="max-sm:hidden">
          <Clock />
        </span>
      </div>
    </div>
  );
}
