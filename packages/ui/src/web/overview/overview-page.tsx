import type { ServerSummary } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useWaiting } from "../access/use-waiting.js";
import { pulseQuery, serversQuery } from "../api/queries.js";
import { hubsQuery } from "../hubs/queries.js";
import { SeveralHubs } from "../hubs/several-hubs.js";
import { useChanges } from "../live/since.js";
import { Loading, PageHead, Problem } from "../parts/panels.js";
import { isTrouble, stateOf } from "../parts/seriousness.js";
import { AddLink } from "../servers/add-link.js";
import { favourites } from "../servers/favourites.js";
import { groupsOf } from "../servers/groups.js";
import { choose } from "../servers/search.js";
import { ServerCards } from "../servers/server-cards.js";
import { useTitle } from "../shell/title.js";
import { Concerns } from "./concerns.js";
import { FirstSteps } from "./first-steps.js";
import { HourPanel } from "./hour-panel.js";
import { NewsPanel } from "./news-panel.js";
import { StateCounts } from "./state-counts.js";
import { useNews } from "./use-news.js";
import { judge } from "./verdict.js";

/** So many cards; the list of servers has all. */
const mostCards = 12;
const noMatches: ReadonlyMap<string, string> = new Map();

/** Whether all is well, what wants a person, and what happened: the first page of the hub. */
export function OverviewPage(): React.ReactNode {
  useTitle("Overview");
  const list = useQuery(serversQuery);
  const waiting = useWaiting();
  const servers = list.data?.servers;
  if (servers === undefined)
    return list.isError ? (
      <Problem error={list.error} onRetry={() => void list.refetch()} />
    ) : (
      <Loading what="the hub" rows={4} className="h-28" />
    );
  if (servers.length === 0 && waiting.length === 0) return <FirstSteps />;
  return <Overview servers={servers} waiting={waiting} />;
}

function Overview({
  servers,
  waiting,
}: {
  readonly servers: readonly ServerSummary[];
  readonly waiting: readonly ServerSummary[];
}) {
  const pulse = useQuery(pulseQuery);
  const changes = useChanges();
  const news = useNews();
  const liked = favourites.use();
  const hubs = useQuery(hubsQuery).data?.hubs;
  const protection = pulse.data?.protection;
  const isOld = pulse.isError;
  const { headline, troubles, concerns } = useMemo(
    () =>
      judge({
        servers,
        waiting,
        events: news?.events ?? [],
        hubs: hubs ?? [],
        protection,
        isOld,
      }),
    [servers, waiting, news, hubs, protection, isOld],
  );
  const names = useMemo(
    () => new Map(servers.map(({ id, title, name }) => [id, title ?? name])),
    [servers],
  );
  // What wants somebody stands above its cards already, with what is wrong.
  const others = useMemo(() => {
    const told = new Set(concerns.map(({ server }) => server.id));
    const isTold = (server: ServerSummary) =>
      told.has(server.id) && (isTrouble(stateOf(server)) || server.status === "pending");
    return choose(servers, {}, { liked }).filter((server) => !isTold(server));
  }, [servers, liked, concerns]);
  const shown = others.slice(0, mostCards);
  const groups = groupsOf(shown, undefined);
  return (
    <>
      <p role="status" className="sr-only">
        {headline}
      </p>
      <PageHead title={headline} actions={<AddLink />} />
      <StateCounts servers={servers} />
      {/* On a phone what happened comes before the cards, beside them where there is room. */}
      <div className="grid grid-cols-1 items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem] lg:grid-rows-[auto_minmax(0,1fr)]">
        {troubles.length + concerns.length > 0 && (
          <Concerns troubles={troubles} concerns={concerns} changes={changes} />
        )}
        <div className="grid grid-cols-1 gap-5 lg:col-start-2 lg:row-span-2 lg:row-start-1">
          <HourPanel names={names} />
          <NewsPanel news={news} />
        </div>
        <section>
          <div className="mb-3 flex flex-wrap items-baseline justify-between gap-2">
            <h2 className="text-base font-semibold">
              {others.length < servers.length ? "The other servers" : "Servers"}
            </h2>
            <Link to="/ui/servers" className="text-accent hover:underline">
              {servers.length > shown.length ? `All ${servers.length} servers` : "Filter and sort"}
            </Link>
          </div>
          {shown.length > 0 && (
            <ServerCards groups={groups} pulse={pulse.data} matches={noMatches} />
          )}
          <SeveralHubs />
        </section>
      </div>
    </>
  );
}
