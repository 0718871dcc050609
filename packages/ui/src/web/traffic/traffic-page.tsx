import type { Traffic } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { serversQuery } from "../api/queries.js";
import { Empty, Loading, PageHead, Panel, Problem } from "../parts/panels.js";
import { ServerSelect } from "../parts/server-select.js";
import { useTitle } from "../shell/title.js";
import { groupsOf, share } from "./figures.js";
import { LastCalls } from "./last-calls.js";
import { MinutesChart } from "./minutes-chart.js";
import { trafficQuery } from "./queries.js";
import type { TrafficSearch } from "./search.js";
import { TrafficTable } from "./traffic-table.js";

function Totals({ traffic }: { readonly traffic: Traffic }) {
  const sum = (figureOf: (one: Traffic["servers"][number]) => number) =>
    traffic.servers.reduce((all, one) => all + figureOf(one), 0);
  const calls = sum((one) => one.calls);
  const errors = sum((one) => one.errors);
  const perMinute = Math.round(10 * sum((one) => one.callsPerMinute)) / 10;
  const facts = [
    ["Calls per minute", perMinute.toLocaleString(), ""],
    ["In flight", sum((one) => one.inFlight).toLocaleString(), ""],
    ["Calls since the hub started", calls.toLocaleString(), ""],
    [
      "Errors",
      `${errors.toLocaleString()} (${share(errors, calls)})`,
      errors > 0 ? "text-bad" : "",
    ],
  ] as const;
  return (
    <dl className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-4">
      {facts.map(([name, value, tone]) => (
        <div
          key={name}
          className="flex flex-col-reverse justify-end rounded-xl border border-line bg-surface px-4 py-3 shadow-card"
        >
          <dt className="text-sm text-soft">{name}</dt>
          <dd className={`text-2xl font-semibold tracking-tight tabular-nums ${tone}`}>{value}</dd>
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
  const groups = useMemo(
    () => (data === undefined ? [] : groupsOf(data, names, { sort, order })),
    [data, names, sort, order],
  );
  return (
    <>
      <PageHead
        title="Traffic"
        lead="All calls through the hub since it started."
        actions={
          <ServerSelect
            servers={servers ?? []}
            value={search.server}
            onChange={(server) => change({ server })}
          />
        }
      />
      {data === undefined ? (
        isError ? (
          <Problem error={error} onRetry={() => void refetch()} />
        ) : (
          <Loading what="traffic" rows={3} className="h-40" />
        )
      ) : (
        <>
          <Totals traffic={data} />
          <Panel title="The last hour" className="mb-4">
            <MinutesChart minutes={data.minutes} />
          </Panel>
          <Panel title="By server and tool" className="mb-4">
            {groups.length === 0 ? (
              <Empty title="No calls yet">
                Calls through the hub are counted here.{" "}
                <Link to="/ui/connect" className="text-accent underline underline-offset-2">
                  Connect a client
                </Link>{" "}
                and call a tool.
              </Empty>
            ) : (
              <TrafficTable groups={groups} order={{ sort, order }} onOrder={change} />
            )}
          </Panel>
          <LastCalls server={search.server} names={names} />
        </>
      )}
    </>
  );
}
