import { eventKinds } from "@hub/core/events";
import { useQuery } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { serversQuery } from "../api/queries.js";
import { useNow } from "../live/clock.js";
import { Button, inputClass } from "../parts/controls.js";
import { SearchInput } from "../parts/search-input.js";
import { ServerSelect } from "../parts/server-select.js";
import { dayFrom, dayName, dayOf, dayText } from "./groups.js";
import { KindIcon, kindWord } from "./kinds.js";
import { type ActivitySearch, kindsOf, kindText } from "./search.js";

const chip = (isChosen: boolean) =>
  `inline-flex min-h-9 max-w-full shrink-0 items-center gap-1.5 rounded-full border px-3 text-sm font-medium whitespace-nowrap motion-safe:transition-colors ${
    isChosen
      ? "border-accent bg-accent-soft text-accent"
      : "border-line bg-surface text-soft hover:bg-raised hover:text-ink"
  }`;

/** Which events are shown: of some kinds, of one server, of a day, with some words. It stands in the URL. */
export function EventFilters({
  search,
  onChange,
}: {
  readonly search: ActivitySearch;
  readonly onChange: (next: ActivitySearch) => void;
}) {
  const servers = useQuery(serversQuery).data?.servers ?? [];
  const now = useNow();
  const chosen = kindsOf(search.kind);
  const today = dayOf(now);
  const day = search.on === undefined ? undefined : dayFrom(search.on);
  const said = [
    ...(search.server === undefined
      ? []
      : [
          {
            key: "server",
            text: servers.find(({ id }) => id === search.server)?.name ?? search.server,
          },
        ]),
    ...(day === undefined ? [] : [{ key: "on", text: dayName(day, now) }]),
    ...(search.who === undefined ? [] : [{ key: "who", text: `By ${search.who}` }]),
    ...(search.q === undefined ? [] : [{ key: "q", text: `“${search.q}”` }]),
  ];
  return (
    <search aria-label="Events" className="mb-4 grid grid-cols-1 gap-2">
      <div className="flex flex-wrap items-center gap-2">
        <SearchInput
          label="Find in events"
          value={search.q ?? ""}
          onChange={(q) => onChange({ ...search, q: q.trim() === "" ? undefined : q })}
          isPageSearch
          className="min-w-40 flex-1 sm:max-w-80"
        />
        <ServerSelect
          servers={servers}
          value={search.server}
          onChange={(server) => onChange({ ...search, server })}
        />
        <fieldset className="flex flex-wrap items-center gap-1.5">
          <legend className="sr-only">Day</legend>
          {[today, dayOf(today - 1)].map((one) => {
            const isChosen = day === one;
            return (
              <button
                key={one}
                type="button"
                aria-pressed={isChosen}
                onClick={() => onChange({ ...search, on: isChosen ? undefined : dayText(one) })}
                className={chip(isChosen)}
              >
                {isChosen && <Check className="size-3.5" aria-hidden="true" />}
                {dayName(one, now)}
              </button>
            );
          })}
          <input
            type="date"
            aria-label="Another day"
            value={search.on ?? ""}
            max={dayText(today)}
            onChange={(event) =>
              onChange({
                ...search,
                on: dayFrom(event.target.value) === undefined ? undefined : event.target.value,
              })
            }
            className={`${inputClass} w-auto!`}
          />
        </fieldset>
      </div>
      <fieldset>
        <legend className="sr-only">Kinds of events</legend>
        <div className="flex gap-1.5 p-0.5 max-sm:overflow-x-auto sm:flex-wrap">
          {eventKinds.map((kind) => {
            const isChosen = chosen.includes(kind);
            const next = isChosen ? chosen.filter((one) => one !== kind) : [...chosen, kind];
            return (
              <button
                key={kind}
                type="button"
                aria-pressed={isChosen}
                onClick={() => onChange({ ...search, kind: kindText(next) })}
                className={chip(isChosen)}
              >
                {isChosen ? (
                  <Check className="size-3.5" aria-hidden="true" />
                ) : (
                  <KindIcon kind={kind} className="size-3.5" />
                )}
                {kindWord(kind)}
              </button>
            );
          })}
        </div>
      </fieldset>
      {(said.length > 0 || chosen.length > 0) && (
        <div className="flex flex-wrap items-center gap-1.5">
          {said.map(({ key, text }) => (
            <button
              key={key}
              type="button"
              onClick={() => onChange({ ...search, [key]: undefined })}
              className={chip(true)}
            >
              <span className="sr-only">Without the filter </span>
              <span className="min-w-0 truncate">{text}</span>
              <X className="size-3.5 shrink-0" aria-hidden="true" />
            </button>
          ))}
          <Button look="quiet" onClick={() => onChange({})}>
            <X className="size-4" aria-hidden="true" />
            All events
          </Button>
        </div>
      )}
    </search>
  );
}
