import type { ServerSummary } from "@hub/api";
import { EyeOff, LayoutGrid, Search, Star, Table2, X } from "lucide-react";
import { useMemo } from "react";
import { Button, IconButton, inputClass } from "../parts/controls.js";
import { SearchInput } from "../parts/search-input.js";
import {
  type Choice,
  choicesOf,
  isNarrowed,
  type ServersSearch,
  type Sort,
  unnarrowed,
} from "./search.js";

const sortNames: Readonly<Record<Sort, string>> = {
  status: "Trouble first",
  name: "By name",
  changed: "Last changed",
  tools: "Most tools",
  owner: "By owner",
  latency: "Slowest first",
  seen: "Longest silent",
};

const eraNames = { modern: "2026-07-28", legacy: "2025 and before" } as const;

function Select({
  label,
  value,
  choices,
  onChange,
  nameOf = (choice) => choice,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string | undefined) => void;
  readonly nameOf?: (value: string) => string;
}) {
  // A value from the URL that no server has now must still be seen, or nobody could take it back.
  const isKnown = value === undefined || choices.some((choice) => choice.value === value);
  if (choices.length < 2 && value === undefined) return null;
  return (
    <select
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      className={`${inputClass} w-auto! max-w-48 pr-8 max-sm:flex-1`}
    >
      <option value="">{label}: any</option>
      {!isKnown && <option value={value}>{nameOf(value ?? "")}</option>}
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {nameOf(choice.value)} ({choice.count})
        </option>
      ))}
    </select>
  );
}

/** Search, filters, order and view. Everything is in the URL, so a link shows the same again. */
export function Filters({
  servers,
  search,
  onChange,
}: {
  readonly servers: readonly ServerSummary[];
  readonly search: ServersSearch;
  readonly onChange: (next: Partial<ServersSearch>) => void;
}) {
  const choices = useMemo(
    () => ({
      tag: choicesOf(servers, (one) => one.tags),
      owner: choicesOf(servers, (one) => [one.owner]),
      era: choicesOf(servers, (one) => [one.capabilities?.era]),
      transport: choicesOf(servers, (one) => [one.transport]),
    }),
    [servers],
  );
  const { tag, owner, era, transport, q, hidden, favourite, group } = search;
  const view = search.view ?? "cards";
  return (
    <search className="mb-5 flex flex-wrap items-center gap-2">
      <div className="relative min-w-40 flex-1 basis-40 max-sm:basis-full">
        <Search
          className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-soft"
          aria-hidden="true"
        />
        <SearchInput
          label="Search servers and their tools"
          value={q ?? ""}
          onChange={(text) => onChange({ q: text || undefined })}
          className="pl-9"
          isPageSearch
        />
      </div>
      <Select
        label="Tag"
        value={tag}
        choices={choices.tag}
        onChange={(value) => onChange({ tag: value })}
      />
      <Select
        label="Owner"
        value={owner}
        choices={choices.owner}
        onChange={(value) => onChange({ owner: value })}
      />
      <Select
        label="MCP revision"
        value={era}
        choices={choices.era}
        nameOf={(value) => (value === "modern" ? eraNames.modern : eraNames.legacy)}
        onChange={(value) =>
          onChange({ era: value === "modern" || value === "legacy" ? value : undefined })
        }
      />
      <Select
        label="Transport"
        value={transport}
        choices={choices.transport}
        onChange={(value) =>
          onChange({
            transport: value === "streamable-http" || value === "sse" ? value : undefined,
          })
        }
      />
      <Button
        look="quiet"
        aria-pressed={favourite === true}
        title="Favourites"
        className="aria-pressed:bg-accent-soft aria-pressed:text-accent max-2xl:px-2.5"
        onClick={() => onChange({ favourite: favourite === true ? undefined : true })}
      >
        <Star className="size-4" aria-hidden="true" />
        <span className="max-2xl:sr-only">Favourites</span>
      </Button>
      <Button
        look="quiet"
        aria-pressed={hidden === true}
        title="Hidden too"
        className="aria-pressed:bg-accent-soft aria-pressed:text-accent max-2xl:px-2.5"
        onClick={() => onChange({ hidden: hidden === true ? undefined : true })}
      >
        <EyeOff className="size-4" aria-hidden="true" />
        <span className="max-2xl:sr-only">Hidden too</span>
      </Button>
      {isNarrowed(search) && (
        <Button look="quiet" onClick={() => onChange(unnarrowed)}>
          <X className="size-4" aria-hidden="true" />
          Clear
        </Button>
      )}
      <div className="ml-auto flex flex-wrap items-center gap-2 max-sm:w-full">
        <select
          aria-label="Group"
          value={group ?? ""}
          onChange={({ target: { value } }) =>
            onChange({ group: value === "owner" || value === "tag" ? value : undefined })
          }
          className={`${inputClass} w-auto! pr-8 max-sm:flex-1`}
        >
          <option value="">No groups</option>
          <option value="owner">Group by owner</option>
          <option value="tag">Group by tag</option>
        </select>
        <select
          aria-label="Order"
          value={search.sort ?? "status"}
          onChange={(event) => {
            const sort = event.target.value as Sort;
            onChange({ sort: sort === "status" ? undefined : sort, order: undefined });
          }}
          className={`${inputClass} w-auto! pr-8 max-sm:flex-1`}
        >
          {Object.entries(sortNames).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <div className="flex rounded-lg border border-line bg-surface p-0.5">
          <IconButton
            label="Cards"
            aria-pressed={view === "cards"}
            isSmall
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
            onClick={() => onChange({ view: undefined })}
          >
            <LayoutGrid className="size-4" aria-hidden="true" />
          </IconButton>
          <IconButton
            label="Table"
            aria-pressed={view === "table"}
            isSmall
            className="aria-pressed:bg-accent-soft aria-pressed:text-accent"
            onClick={() => onChange({ view: "table" })}
          >
            <Table2 className="size-4" aria-hidden="true" />
          </IconButton>
        </div>
      </div>
    </search>
  );
}
