import { Link, useRouter } from "@tanstack/react-router";
import { Bookmark, X } from "lucide-react";
import { useState } from "react";
import { Button, CopyButton, IconButton, inputClass } from "../parts/controls.js";
import { stored } from "../parts/stored.js";
import { readServersSearch, type ServersSearch } from "./search.js";

type Saved = { readonly name: string; readonly search: ServersSearch };

const longestName = 40;

/** Filters with a name, in this browser. */
const saved = stored<readonly Saved[]>("mcp-hub-filters", (found) =>
  Array.isArray(found)
    ? found.flatMap((one: unknown): readonly Saved[] => {
        if (typeof one !== "object" || one === null) return [];
        const { name, search } = one as Readonly<Record<string, unknown>>; // an object of any members
        if (typeof name !== "string" || typeof search !== "object" || search === null) return [];
        return [{ name, search: readServersSearch({ ...search }) }];
      })
    : [],
);

/** The field takes the place of the button that was pressed. */
const focus = (field: HTMLElement | null) => field?.focus();

const textOf = (search: ServersSearch) =>
  JSON.stringify(Object.entries(readServersSearch({ ...search })).sort());

/** The filters that somebody keeps, each one click away, and a way to keep the present one. */
export function SavedFilters({
  search,
  isNarrowed,
}: {
  readonly search: ServersSearch;
  readonly isNarrowed: boolean;
}) {
  const all = saved.use();
  const [name, setName] = useState<string>();
  const now = textOf(search);
  const router = useRouter();
  // Favourites are this browser's own: to others they would be others.
  const shared = router.buildLocation({
    to: "/ui/servers",
    search: { ...search, favourite: undefined },
  });
  const isKnown = all.some((one) => textOf(one.search) === now);
  if (all.length === 0 && !isNarrowed) return null;
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      {all.map((one) => (
        <span
          key={one.name}
          className="inline-flex max-w-full items-center rounded-lg border border-line bg-surface"
        >
          <Link
            to="/ui/servers"
            search={one.search}
            aria-current={textOf(one.search) === now}
            className="min-w-0 truncate rounded-lg py-1.5 pr-1 pl-3 font-medium hover:underline aria-[current=true]:text-accent"
          >
            {one.name}
          </Link>
          <IconButton
            label={`Forget the filter ${one.name}`}
            isSmall
            onClick={() => saved.set(all.filter((other) => other !== one))}
          >
            <X className="size-3.5" aria-hidden="true" />
          </IconButton>
        </span>
      ))}
      {isNarrowed && !isKnown && name === undefined && (
        <Button look="quiet" onClick={() => setName("")}>
          <Bookmark className="size-4" aria-hidden="true" />
          Save this filter
        </Button>
      )}
      {isNarrowed && (
        <CopyButton
          text={`${window.location.origin}${shared.href}`}
          what="link"
          isIcon={false}
          look="quiet"
        />
      )}
      {name !== undefined && (
        <form
          className="flex items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            const chosen = name.trim();
            if (chosen === "") return;
            saved.set([...all.filter((one) => one.name !== chosen), { name: chosen, search }]);
            setName(undefined);
          }}
        >
          <input
            ref={focus}
            aria-label="Name of the filter"
            placeholder="Name of the filter"
            maxLength={longestName}
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && setName(undefined)}
            className={`${inputClass} max-w-48`}
          />
          <Button type="submit" disabled={name.trim() === ""}>
            Save
          </Button>
        </form>
      )}
    </div>
  );
}
