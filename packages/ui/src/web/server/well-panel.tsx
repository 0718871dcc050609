import type { ServerHistory, Uptime } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { historyQuery, uptimeQuery } from "../history/queries.js";
import { UptimeBar, upPercent } from "../history/uptime-bar.js";
import { span } from "../live/ago.js";
import { Loading, Panel, Problem } from "../parts/panels.js";
import { StatusMark } from "../parts/status.js";
import { milliseconds } from "../parts/units.js";
import { errorsInWords, share } from "../traffic/figures.js";
import { When } from "./when.js";

type Span = Uptime["spans"][number];
const mostIncidents = 3;

/** When it was not well, the newest first. Old spans of many statuses together are no incidents. */
function incidentsOf({ spans }: Uptime): readonly Span[] {
  return spans
    .filter(({ times }) => {
      const [status, ...more] = Object.keys(times);
      return more.length === 0 && status !== "up" && status !== "pending";
    })
    .toReversed()
    .slice(0, mostIncidents);
}

const wholeMs = 90 * 86_400_000;

/** Of how long it is known: a server of today has no 90 days behind it. */
function knownTime({ slots }: Uptime): string {
  const ms = slots.reduce(
    (sum, { times }) => sum + Object.values(times).reduce((all, one) => all + one, 0),
    0,
  );
  return ms > wholeMs - 2 * 86_400_000 ? "90 days" : span(ms);
}

function Incident({ incident }: { readonly incident: Span }) {
  const { from, to, times } = incident;
  const [status] = Object.keys(times) as (keyof Span["times"])[]; // its keys
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      {status !== undefined && <StatusMark status={status} />}
      <span className="tabular-nums">for {span(Date.parse(to) - Date.parse(from))}</span>
      <span className="text-soft">
        <When at={from} />
      </span>
    </li>
  );
}

function Figures({ sum }: Pick<ServerHistory, "sum">) {
  const { calls, errors } = sum;
  const facts = [
    ["Calls", calls.toLocaleString(), "", ""],
    [
      "Errors",
      errors === 0 ? "0" : `${errors.toLocaleString()} (${share(errors, calls)})`,
      errors > 0 ? "text-bad" : "",
      errorsInWords(sum),
    ],
    ["p50", calls === 0 ? "–" : milliseconds(sum.p50Ms), "", ""],
    ["p95", calls === 0 ? "–" : milliseconds(sum.p95Ms), "", ""],
  ] as const;
  return (
    <dl className="grid grid-cols-2 gap-4 sm:grid-cols-4">
      {facts.map(([name, value, tone, more]) => (
        <div key={name} data-figure={name} className="flex flex-col-reverse justify-end">
          <dt className="text-xs text-soft">
            {name}, 24 hours
            {more !== "" && <span className="block">{more}</span>}
          </dt>
          <dd className={`text-lg font-semibold tabular-nums ${tone}`}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether a server is well: its last 90 days, the calls of the last one, and when it was not. */
export function WellPanel({ id }: { readonly id: string }) {
  const uptime = useQuery(uptimeQuery(id));
  const history = useQuery(historyQuery(id, { range: "24h" }));
  const incidents = uptime.data === undefined ? [] : incidentsOf(uptime.data);
  const upShare = uptime.data?.upShare;
  return (
    <Panel
      title={
        upShare === undefined || uptime.data === undefined
          ? "Is it well"
          : `Is it well: up ${upPercent(upShare)} of ${knownTime(uptime.data)}`
      }
      actions={
        <Link
          to="/ui/servers/$id"
          params={{ id }}
          search={{ tab: "calls" }}
          className="text-sm text-accent hover:underline"
        >
          Calls and latency
        </Link>
      }
    >
      {uptime.data === undefined ? (
        uptime.error === null ? (
          <Loading what="its uptime" rows={1} className="h-16" />
        ) : (
          <Problem error={uptime.error} onRetry={() => void uptime.refetch()} />
        )
      ) : (
        <UptimeBar uptime={uptime.data} />
      )}
      {history.data !== undefined && (
        <div className="mt-4 border-t border-line pt-4">
          <Figures sum={history.data.sum} />
        </div>
      )}
      {incidents.length > 0 && (
        <ul
          aria-label="Last incidents"
          className="mt-4 grid gap-2 border-t border-line pt-4 text-sm"
        >
          {incidents.map((incident) => (
            <Incident key={incident.from} incident={incident} />
          ))}
        </ul>
      )}
    </Panel>
  );
}
