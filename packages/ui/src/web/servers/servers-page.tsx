import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useDeferredValue, useMemo } from "react";
import { allServersQuery, pulseQuery, serversQuery, toolSearchQuery } from "../api/queries.js";
import { Button } from "../parts/controls.js";
import { Empty, Loading, PageHead, Problem } from "../parts/panels.js";
import { useTitle } from "../shell/title.js";
import { Filters } from "./filters.js";
import { QuickStart } from "./quick-start.js";
import { choose, type ServersSearch } from "./search.js";
import { ServerCards } from "./server-cards.js";

const ServerTable = lazy(async () => ({
  default: (await import("./server-table.js")).ServerTable,
}));

/** Every server of the hub, as they are now. */
export function ServersPage(): React.ReactNode {
  useTitle("Servers");
  const search = useSearch({ from: "/" });
  const navigate = useNavigate();
  const change = (next: Partial<ServersSearch>) =>
    void navigate({
      to: "/",
      search: (now: ServersSearch) => ({ ...now, ...next }),
      replace: true,
    });
  const list = useQuery(search.hidden === true ? allServersQuery : serversQuery);
  const pulse = useQuery(pulseQuery);
  const words = useDeferredValue(search.q ?? "");
  const found = useQuery(toolSearchQuery(words));

  const servers = list.data?.servers;
  const matches = useMemo(() => {
    const byServer = new Map<string, string>();
    if (words !== "")
      for (const tool of found.data?.tools ?? [])
        if (!byServer.has(tool.serverId)) byServer.set(tool.serverId, tool.name);
    return byServer;
  }, [found.data, words]);
  const chosen = useMemo(
    () => choose(servers ?? [], search, new Set(matches.keys())),
    [servers, search, matches],
  );

  if (servers === undefined) {
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="servers" rows={6} className="h-28" />
    );
  }
  if (servers.length === 0 && search.hidden !== true)
    return <QuickStart onShowHidden={() => change({ hidden: true })} />;
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
      />
      {list.data?.protection !== undefined && (
        <p className="mb-4 rounded-xl bg-warn-soft p-3 text-sm text-warn">
          {list.data.protection.reason}
        </p>
      )}
      <Filters servers={servers} search={search} onChange={change} />
      {chosen.length === 0 ? (
        <Empty title="No matching server">
          <Button onClick={() => void navigate({ to: "/", search: {}, replace: true })}>
            Show all {servers.length}
          </Button>
        </Empty>
      ) : search.view === "table" ? (
        <Suspense fallback={<Loading what="servers" rows={6} className="h-12" />}>
          <ServerTable servers={chosen} pulse={pulse.data} matches={matches} />
        </Suspense>
      ) : (
        <ServerCards servers={chosen} pulse={pulse.data} matches={matches} />
      )}
    </>
  );
}
