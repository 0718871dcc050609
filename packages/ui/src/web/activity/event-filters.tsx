import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { serversQuery } from "../api/queries.js";
import { eventKinds } from "../live/event-kinds.js";
import { Button } from "../parts/controls.js";
import { ServerSelect } from "../parts/server-select.js";
import { KindIcon, kindWord } from "./kinds.js";
import { type ActivitySearch, kindsOf, kindText } from "./search.js";

/** Which events are shown: of some kinds, of one server. It stands in the URL. */
export function EventFilters({
  search,
  onChange,
}: {
  readonly search: ActivitySearch;
  readonly onChange: (next: ActivitySearch) => void;
}) {
  const servers = useQuery(serversQuery).data?.servers ?? [];
  const chosen = kindsOf(search.kind);
  const isNarrowed = search.kind !== undefined || search.server !== undefined;
  return (
    <search aria-label="Events" className="mb-4 flex flex-wrap items-center gap-2">
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">Kinds of events</legend>
        {eventKinds.map((kind) => {
          const isChosen = chosen.includes(kind);
          const next = isChosen ? chosen.filter((one) => one !== kind) : [...chosen, kind];
          return (
            <button
              key={kind}
              type="button"
              aria-pressed={isChosen}
              onClick={() => onChange({ ...search, kind: kindText(next) })}
              className={`inline-flex min-h-9 items-center gap-1.5 rounded-full border px-3 text-sm font-medium motion-safe:transition-colors ${
                isChosen
                  ? "border-accent bg-accent-soft text-accent"
                  : "border-line bg-surface text-soft hover:bg-raised hover:text-ink"
              }`}
            >
              <KindIcon kind={kind} className="size-3.5" />
              {kindWord(kind)}
            </button>
          );
        })}
      </fieldset>
      <ServerSelect
        servers={servers}
        value={search.server}
        onChange={(server) => onChange({ ...search, server })}
      />
      {isNarrowed && (
        <Button look="quiet" onClick={() => onChange({})}>
          <X className="size-4" aria-hidden="true" />
          All events
        </Button>
      )}
    </search>
  );
}
