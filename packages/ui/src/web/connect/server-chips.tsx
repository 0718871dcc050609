import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { serversQuery } from "../api/queries.js";
import { stateOf } from "../parts/seriousness.js";
import { StatusShape, statusWord } from "../parts/status.js";
import { favourites } from "../servers/favourites.js";
import { choose } from "../servers/search.js";
import type { Choice } from "./search.js";

/** More are found by their names, one step further. */
const mostShown = 12;

/** The servers that one most likely wants, each chosen with one click; nothing chosen is the whole hub. */
export function ServerChips({
  choice,
  onChange,
}: {
  readonly choice: Choice;
  readonly onChange: (next: Choice) => void;
}) {
  const servers = useQuery(serversQuery).data?.servers;
  const liked = favourites.use();
  const likely = useMemo(() => {
    const ids = new Set(liked);
    return [...choose(servers ?? [], { sort: "name" })].sort(
      (a, b) =>
        Number(ids.has(b.id)) - Number(ids.has(a.id)) ||
        Number(b.status === "up") - Number(a.status === "up"),
    );
  }, [servers, liked]);
  if (likely.length < 2 || choice.toolset !== undefined) return null;
  const chosen = choice.servers ?? [];
  const toggle = (id: string) => {
    const others = chosen.filter((one) => one !== id);
    const next = others.length < chosen.length ? others : [...chosen, id].sort();
    onChange({ ...choice, servers: next.length === 0 ? undefined : next });
  };
  const chip =
    "inline-flex min-h-8 max-w-full max-sm:shrink-0 items-center gap-1.5 rounded-full border border-line px-3 text-sm hover:bg-raised aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent";
  return (
    <fieldset className="relative mb-3 flex min-w-0 items-center gap-1.5 max-sm:overflow-x-auto max-sm:p-0.5 sm:flex-wrap">
      <legend className="sr-only">Servers to use</legend>
      <button
        type="button"
        aria-pressed={choice.servers === undefined}
        onClick={() => onChange({ ...choice, servers: undefined })}
        className={chip}
      >
        Whole hub
      </button>
      {likely.slice(0, mostShown).map((server) => (
        <button
          key={server.id}
          type="button"
          aria-pressed={chosen.includes(server.id)}
          onClick={() => toggle(server.id)}
          className={chip}
        >
          {server.status !== "up" && (
            <>
              <StatusShape status={stateOf(server)} className="size-3" />
              <span className="sr-only">{statusWord(stateOf(server))}</span>
            </>
          )}
          <span className="truncate">{server.title ?? server.name}</span>
        </button>
      ))}
      {likely.length > mostShown && (
        <span className="text-sm text-soft">and {likely.length - mostShown} more below</span>
      )}
    </fieldset>
  );
}
