import type { CallFigures, Traffic } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { serversQuery } from "../api/queries.js";
import { HistoryPanel } from "../history/history-panel.js";
import { historyQuery } from "../history/queries.js";
import { ranges, type TimeSearch } from "../history/range.js";
import { Empty, Loading, PageHead, Panel, Problem } from "../parts/panels.js";
import { ServerSelect } from "../parts/server-select.js";
import { useTitle } from "../shell/title.js";
import { errorsInWords, ordered, share } from "./figures.js";
import { LastCalls } from "./last-calls.js";
import { totalsOf } from "./over-time.js";
import { trafficQuery } from "./queries.js";
import type { TrafficSearch } from "./search.js";
import { TrafficTable } from "./traffic-table.js";

function Totals({
  traffic,
  sum,
  words,
}: {
  readonly traffic: Traffic;
  readonly sum: CallFigures;
  /** Which time the sum is of. */
  readonly words: string;
}) {
  const now = (figureOf: (one: Traffic["servers"][number]) => number) =>
    traffic.servers.reduce((all, one) => all + figureOf(one), 0);
  const perMinute = Math.round(10 * now((one) => one.callsPerMinute)) / 10;
  const facts = [
    ["Calls per minute, now", perMinute.toLocaleString(), ""],
    ["In flight, now", now((one) => one.inFlight).toLocaleString(), ""],
    ["Calls", sum.calls.toLocaleString(), "", words],
    [
      "Errors",
      `${sum.errors.toLocaleString()} (${share(sum.errors, sum.calls)})`,
      sum.errors > 0 ? "text-bad" : "",
      sum.errors > 0 ? errorsInWords(sum) : words,
    ],
  ] as const;
  return (
    <dl className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-4">
      {facts.map(([name, value, tone, more]) => (
        <div
          key={name}
          className="flex flex-col-reverse justify-end rounded-xl border border-line bg-surface px-4 py-3 shadow-card"
        >
          <dt className="text-sm text-soft">
            {name}
            {more !== undefined && more !== "" && <span className="block text-xs">{more}</span>}
          </dt>
          <dd className={`text-xl font-semibold tracking-tight tabular-nums ${tone}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What goes through the gateway: to which servers and tools, how often, how quickly, how well. */
export function TrafficPage(): React.ReactNode {
  useTitle("Traffic");
  const search = useSearch({ from: "/ui/traffic" });
  const navigate = useNavigate();
  const change = (next: Partial<TrafficSearch>) =>
    void navigate({ to: "/ui/traffic", search: { ...search, ...next }, replace: true });
  const servers = useQuery(serversQuery).data?.servers;
  const { data, isError, error, refetch } = useQuery(trafficQuery(search.server));
  const names = useMemo(() => new Map(servers?.map(({ id, name }) => [id, name])), [servers]);
  const { sort = "calls" } = search;
  const { order = sort === "name" ? "up" : "down" } = search;
  const history = useQuery(historyQuery(search.server, search));
  const { data: past } = history;
  const groups = useMemo(() => {
    const all = past === undefined ? [] : totalsOf(past, search.server, data, names);
    return ordered(
      all,
      ({ total }) => total,
      ({ name }) => name,
      { sort, order },
    );
  }, [past, search.server, data, names, sort, order]);
  const { range = "1h" }: TimeSearch = search;
  const words = search.from === undefined ? ranges[range].words : "The time shown above";
  return (
    <>
      <PageHead
        title="Traffic"
        lead="All calls through the hub: how many, how quick, how well."
        actions={
          <ServerSelect
            servers={servers ?? []}
            value={search.server}
            onChange={(server) => change({ server })}
          />
        }
      />
      <div className="mb-4">
        <HistoryPanel
          server={search.server}
          time={search}
          onTime={(time) => change({ from: undefined, until: undefined, ...time })}
        />
      </div>
      {data === undefined || past === undefined ? (
        isError || history.isError ? (
          <Problem
            error={error ?? history.error}
            onRetry={() => void Promise.all([refetch(), history.refetch()])}
          />
        ) : (
          <Loading what="traffic" rows={3} className="h-40" />
        )
      ) : (
        <>
          <Totals traffic={data} sum={past.sum} words={words} />
          <Panel title={`By server: ${words.toLowerCase()}`} className="mb-4">
            {groups.length === 0 ? (
              <Empty title={search.range === undefined ? "No calls yet" : "No calls in this time"}>
                Calls through the hub are counted here.{" "}
                <Link to="/ui/connect" className="text-accent underline underline-offset-2">
                  Connect a client
                </Link>{" "}
                and call a tool.
              </Empty>
            ) : (
              <>
                <TrafficTable
                  groups={groups}
                  time={search}
                  traffic={data}
                  order={{ sort, order }}
                  onOrder={change}
                />
                <p className="mt-3 text-xs text-soft">
                  Tools are counted by whole hours, so they may show calls of before.
                </p>
              </>
            )}
          </Panel>
          <LastCalls server={search.server} names={names} />
        </>
      )}
    </>
  );
}
