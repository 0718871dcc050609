import type { ServerSummary } from "@hub/api";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import { Button, inputClass } from "../parts/controls.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { StatusShape, statusWord } from "../parts/status.js";
import { choose } from "../servers/search.js";

const mostShown = 60;

/** Some of the hub's servers, to be ticked. */
export function ServerChoice({
  servers,
  chosen,
  onChange,
}: {
  readonly servers: readonly ServerSummary[];
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const [words, setWords] = useState("");
  const [isWhole, setWhole] = useState(false);
  const fitting = useMemo(() => choose(servers, { q: words }), [servers, words]);
  // Ids from a link may be of servers that are gone; they must be seen, to be taken out.
  const unknown = useMemo(() => {
    const known = new Set(servers.map(({ id }) => id));
    return chosen.filter((id) => !known.has(id));
  }, [servers, chosen]);
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].sort());
  const shown = isWhole ? fitting : fitting.slice(0, mostShown);
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <div className="relative min-w-48 flex-1">
          <Search
            className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-soft"
            aria-hidden="true"
          />
          <input
            type="search"
            data-search=""
            aria-label="Search servers to connect to"
            placeholder="Search servers"
            value={words}
            onChange={(event) => setWords(event.target.value)}
            className={`${inputClass} pl-9`}
          />
        </div>
        <p role="status" className="text-sm text-soft tabular-nums">
          {chosen.length} chosen
        </p>
        <Button look="quiet" onClick={() => onChange([])} disabled={chosen.length === 0}>
          Clear
        </Button>
      </div>
      <ScrollArea
        label="Servers to connect to"
        className="max-h-64 overflow-y-auto rounded-lg border border-line p-1.5"
      >
        <ul className="grid gap-0.5 sm:grid-cols-2 xl:grid-cols-3">
          {unknown.map((id) => (
            <li key={id}>
              <Tick isChosen onToggle={() => toggle(id)}>
                <span className="truncate">{id}</span>
                <span className="ml-auto text-xs text-bad">not in the hub</span>
              </Tick>
            </li>
          ))}
          {shown.map((server) => (
            <li key={server.id}>
              <Tick isChosen={chosen.includes(server.id)} onToggle={() => toggle(server.id)}>
                <span className="truncate" title={server.id}>
                  {server.title ?? server.name}
                </span>
                <span className="ml-auto inline-flex items-center gap-1 text-xs text-soft">
                  <StatusShape status={server.status} className="size-3" />
                  {statusWord(server.status)}
                </span>
              </Tick>
            </li>
          ))}
        </ul>
        {fitting.length === 0 && <p className="p-3 text-sm text-soft">No matching server.</p>}
        {shown.length < fitting.length && (
          <Button look="quiet" className="mt-1 w-full" onClick={() => setWhole(true)}>
            Show all {fitting.length}
          </Button>
        )}
      </ScrollArea>
    </div>
  );
}

function Tick({
  isChosen,
  onToggle,
  children,
}: {
  readonly isChosen: boolean;
  readonly onToggle: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <label className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm hover:bg-raised has-checked:bg-accent-soft">
      <input
        type="checkbox"
        checked={isChosen}
        onChange={onToggle}
        className="size-4 shrink-0 accent-(--accent-solid)"
      />
      {children}
    </label>
  );
}
