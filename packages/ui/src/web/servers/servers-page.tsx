import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ListChecks } from "lucide-react";
import { Suspense, useDeferredValue, useMemo, useState } from "react";
import { useWaiting } from "../access/use-waiting.js";
import { allServersQuery, pulseQuery, serversQuery, toolSearchQuery } from "../api/queries.js";
import { ProtectionNote } from "../hubs/protection-note.js";
import { FirstSteps } from "../overview/first-steps.js";
import { StateCounts } from "../overview/state-counts.js";
import { Button } from "../parts/controls.js";
import { Boundary } from "../parts/fault.js";
import { lazyPart } from "../parts/lazy-part.js";
import { Empty, Loading, PageHead, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { AddLink } from "./add-link.js";
import { BulkBar } from "./bulk-bar.js";
import { favourites } from "./favourites.js";
import { Filters } from "./filters.js";
import { foundByTool } from "./found-by-tool.js";
import { groupsOf } from "./groups.js";
import { SavedFilters } from "./saved-filters.js";
import { choose, filtered, isNarrowed, type ServersSearch } from "./search.js";
import { ServerCards } from "./server-cards.js";
import { WaitingServers } from "./waiting-servers.js";

const ServerTable = lazyPart(async () => (await import("./server-table.js")).ServerTable);

/** So many tools, the nearest to the words, are looked at for servers to show: as many as the hub gives at once. */
const mostTools = 200;

/** Every server of the hub, as they are now. */
export function ServersPage(): React.ReactNode {
  useTitle("Servers");
  const search = useSearch({ from: "/ui/servers" });
  const navigate = useNavigate();
  const change = (next: Partial<ServersSearch>) =>
    void navigate({
      to: "/ui/servers",
      search: (now: ServersSearch) => ({ ...now, ...next }),
      replace: true,
    });
  const waiting = useWaiting();
  const list = useQuery(search.hidden === true ? allServersQuery : serversQuery);
  const pulse = useQuery(pulseQuery);
  const words = useDeferredValue(search.q ?? "");
  const found = useQuery(toolSearchQuery(words, mostTools));

  const servers = list.data?.servers;
  const liked = favourites.use();
  const matches = useMemo(
    () =>
      foundByTool(filtered(servers ?? [], search, liked), words, {
        tools: found.data?.tools ?? [],
        isOf: found.isPlaceholderData ? "other words" : "these",
      }),
    [servers, search, liked, words, found.data, found.isPlaceholderData],
  );
  const { group } = search;
  // The pulse comes every few seconds; it orders the list only when it is what the list is ordered by.
  const isByPulse = search.sort === "latency" || search.sort === "seen";
  const orderedBy = isByPulse ? pulse.data : undefined;
  const chosen = useMemo(
    () =>
      choose(servers ?? [], search, {
        withTool: matches,
        liked,
        pulse: orderedBy,
      }),
    [servers, search, matches, liked, orderedBy],
  );
  const groups = useMemo(() => groupsOf(chosen, group), [chosen, group]);
  const [ids, setIds] = useState<ReadonlySet<string>>();
  const selection = useMemo(
    () =>
      ids && {
        ids,
        toggle: (id: string) =>
          setIds((now) => {
            const next = new Set(now);
            if (!next.delete(id)) next.add(id);
            return next;
          }),
      },
    [ids],
  );

  if (servers === undefined) {
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="servers" rows={6} className="h-28" />
    );
  }
  if (servers.length === 0 && waiting.length === 0 && search.hidden !== true) return <FirstSteps />;
  const count =
    chosen.length === servers.length
      ? `${servers.length} ${servers.length === 1 ? "server" : "servers"}`
      : `${chosen.length} of ${servers.length} servers`;
  return (
    <>
      <PageHead
        title="Servers"
        lead={
          <span role="status" data-testid="count">
            {count}
          </span>
        }
        actions={
          <>
            <Button
              aria-pressed={ids !== undefined}
              onClick={() => setIds(ids === undefined ? new Set() : undefined)}
            >
              <ListChecks className="size-4" aria-hidden="true" />
              {ids === undefined ? "Select" : "Stop selecting"}
            </Button>
            <AddLink />
          </>
        }
      />
      <ProtectionNote />
      <WaitingServers servers={waiting} />
      <StateCounts servers={servers} search={search} isSmall />
      <Filters servers={servers} search={search} onChange={change} />
      <SavedFilters search={search} isNarrowed={isNarrowed(search)} />
      {servers.length === 0 ? null : chosen.length === 0 ? (
        <Empty title="No matching server">
          <Button onClick={() => void navigate({ to: "/ui/servers", search: {}, replace: true })}>
            Show all {servers.length}
          </Button>
        </Empty>
      ) : search.view === "table" ? (
        <Boundary>
          <Suspense fallback={<Loading what="servers" rows={6} className="h-12" />}>
            <ServerTable
              groups={groups}
              pulse={pulse.data}
              matches={matches}
              selection={selection}
              search={search}
              onOrder={change}
            />
          </Suspense>
        </Boundary>
      ) : (
        <ServerCards groups={groups} pulse={pulse.data} matches={matches} selection={selection} />
      )}
      {ids !== undefined && (
        <BulkBar
          chosen={chosen.filter(({ id }) => ids.has(id))}
          onChooseAll={() => setIds(new Set(chosen.map(({ id }) => id)))}
          onDone={() => setIds(undefined)}
        />
      )}
    </>
  );
}
