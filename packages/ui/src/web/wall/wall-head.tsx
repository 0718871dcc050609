import type { ServerSummary } from "@hub/api";
import { Ago } from "../live/ago.js";
import { useNow } from "../live/clock.js";
import { inputClass } from "../parts/controls.js";
import { StatusShape, statusTone, statusWord } from "../parts/status.js";
import { choicesOf } from "../servers/search.js";
import { statuses, type WallSearch } from "./search.js";
import type { Changes } from "./since.js";

function Clock() {
  const now = new Date(useNow());
  return (
    <time
      dateTime={now.toISOString()}
      className="text-base font-semibold whitespace-nowrap tabular-nums sm:text-2xl lg:text-3xl"
    >
      {now.toLocaleTimeString()}
    </time>
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
  const count = (status: ServerSummary["status"]) =>
    withTag.filter((server) => server.status === status).length;
  const last = changes?.last;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <h1 className="sr-only">Wallboard</h1>
      <fieldset className={`flex flex-wrap gap-2 ${isStale ? "grayscale" : ""}`}>
        <legend className="sr-only">Filter by status</legend>
        {statuses
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
              className={`flex min-h-11 items-center gap-2 rounded-lg border-2 px-3 text-xl font-bold whitespace-nowrap tabular-nums lg:text-2xl ${statusTone(status)} ${search.status === status || isStale ? "border-current" : "border-transparent"} ${isStale ? "border-dashed" : ""}`}
            >
              <StatusShape status={status} className="size-[1em]" />
              {count(status)}{" "}
              <span className="font-semibold">{statusWord(status).toLowerCase()}</span>
            </button>
          ))}
      </fieldset>
      {last !== undefined && !isStale && (
        <p className="hidden min-w-0 flex-1 truncate text-lg text-soft xl:block">
          <span className="max-2xl:hidden">Last change: </span>
          <span className="font-semibold text-ink">{last.name}</span> {last.status},{" "}
          <Ago at={last.at} />
        </p>
      )}
      <div className="ml-auto flex shrink-0 items-center gap-2">
        {(tags.length > 0 || !isTagKnown) && (
          <select
            aria-label="Tag"
            value={search.tag ?? ""}
            onChange={(event) => onChange({ ...search, tag: event.target.value || undefined })}
            className={`${inputClass} w-auto max-w-28 min-w-0 pr-8 sm:max-w-40`}
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
        <Clock />
      </div>
    </div>
  );
}
