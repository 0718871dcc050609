import { useNavigate } from "@tanstack/react-router";
import { Download, X } from "lucide-react";
import { Button, buttonClass, inputClass } from "../parts/controls.js";
import { SearchInput } from "../parts/search-input.js";
import {
  actionOf,
  actions,
  actionWords,
  outcomeOf,
  outcomes,
  outcomeWords,
} from "./audit-words.js";
import type { AuditFilter } from "./queries.js";
import type { AccessSearch } from "./search.js";

/** An instant as a field for local times has it, to the minute. */
function localOf(instant: string | undefined): string {
  if (instant === undefined) return "";
  const at = new Date(instant);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const instantOf = (local: string) =>
  Number.isNaN(Date.parse(local)) ? undefined : new Date(local).toISOString();

/** Where a browser downloads everything that a filter selects, one line of JSON each. */
function exportPath(filter: AuditFilter): string {
  const query = new URLSearchParams({ format: "ndjson" });
  for (const [name, value] of Object.entries(filter))
    for (const one of [value].flat()) if (one !== undefined) query.append(name, String(one));
  return `/audit?${query}`;
}

/** Which lines are shown. It stands in the URL, and the export has the same. */
export function AuditFilters({
  search,
  filter,
}: {
  readonly search: AccessSearch;
  readonly filter: AuditFilter;
}) {
  const navigate = useNavigate();
  const change = (next: AccessSearch) =>
    void navigate({ to: "/ui/access", search: { ...search, ...next }, replace: true });
  const said = (text: string) => (text === "" ? undefined : text);
  const { tab, ...narrowing } = search;
  const isNarrowed = Object.values(narrowing).some((value) => value !== undefined);
  const select = `${inputClass} w-auto! max-w-60 min-w-0 pr-8`;
  return (
    <search aria-label="Audit" className="mb-4 flex flex-wrap items-center gap-2">
      <SearchInput
        label="Who"
        value={search.who ?? ""}
        onChange={(text) => change({ who: said(text) })}
        className="w-40! min-w-0 max-sm:w-full!"
      />
      <select
        aria-label="Action"
        value={actionOf(search.action) ?? ""}
        onChange={(event) => change({ action: actionOf(event.target.value) })}
        className={select}
      >
        <option value="">All actions</option>
        {actions.map((one) => (
          <option key={one} value={one}>
            {actionWords[one]}
          </option>
        ))}
      </select>
      <select
        aria-label="Outcome"
        value={outcomeOf(search.outcome) ?? ""}
        onChange={(event) => change({ outcome: outcomeOf(event.target.value) })}
        className={select}
      >
        <option value="">All outcomes</option>
        {outcomes.map((one) => (
          <option key={one} value={one}>
            {outcomeWords[one]}
          </option>
        ))}
      </select>
      {/* No list to choose from: most who look here look for what is gone. */}
      <SearchInput
        label="Server id"
        value={search.server ?? ""}
        onChange={(text) => change({ server: said(text) })}
        className="w-40! min-w-0 font-mono max-sm:w-full!"
      />
      <SearchInput
        label="Subject"
        value={search.subject ?? ""}
        onChange={(text) => change({ subject: said(text) })}
        className="w-40! min-w-0 font-mono max-sm:w-full!"
      />
      {(["since", "until"] as const).map((end) => (
        <label key={end} className="flex max-w-full items-center gap-1.5 text-sm text-soft">
          {end === "since" ? "From" : "Until"}
          <input
            type="datetime-local"
            value={localOf(search[end])}
            onChange={(event) => change({ [end]: instantOf(event.target.value) })}
            className={`${inputClass} w-auto! min-w-0`}
          />
        </label>
      ))}
      {isNarrowed && (
        <Button
          look="quiet"
          onClick={() => void navigate({ to: "/ui/access", search: { tab }, replace: true })}
        >
          <X className="size-4" aria-hidden="true" />
          Everything
        </Button>
      )}
      <a
        href={exportPath(filter)}
        download="audit.ndjson"
        className={buttonClass("plain", "ml-auto")}
      >
        <Download className="size-4" aria-hidden="true" />
        Export NDJSON
      </a>
    </search>
  );
}
