import type { Call } from "@hub/api";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { historyQuery } from "../history/queries.js";
import { Ago } from "../live/ago.js";
import { hubNow } from "../live/clock.js";
import { Panel } from "../parts/panels.js";
import { Sparkline } from "../parts/sparkline.js";
import { share } from "../traffic/figures.js";
import { outcomes } from "../traffic/outcomes.js";
import { callsQuery } from "../traffic/queries.js";
import { minutesOf } from "./minutes.js";

const hourMs = 3_600_000;
const callsRead = 200;
const mostShown = 3;

type Failing = {
  readonly serverId: string;
  readonly name: string;
  readonly count: number;
  /** The last of them. */
  readonly last: Call;
};

/** What failed within an hour, the most often first. `calls`: newest first. */
function failingOf(calls: readonly Call[], now: number): readonly Failing[] {
  const counts = new Map<string, Failing>();
  for (const call of calls) {
    const { at, serverId, name, method, outcome } = call;
    if (outcome === "ok" || outcome === "cancelled" || now - Date.parse(at) > hourMs) continue;
    const called = name ?? method;
    const key = JSON.stringify([serverId, called]);
    const known = counts.get(key);
    counts.set(key, {
      serverId,
      name: called,
      count: (known?.count ?? 0) + 1,
      last: known?.last ?? call,
    });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** Calls and errors of the last hour, from the history, which outlives a restart; and what failed. */
export function HourPanel({ names }: { readonly names: ReadonlyMap<string, string> }) {
  const { data, isError } = useQuery(historyQuery(undefined, {}));
  // Old figures are not those of this hour, and none are not zero.
  const history = isError ? undefined : data;
  const last = useQuery(callsQuery(undefined, callsRead)).data?.calls ?? [];
  const minutes = history === undefined ? [] : minutesOf(history);
  const { calls = 0, errors = 0 } = history?.sum ?? {};
  const failing = failingOf(last, hubNow());
  return (
    <Panel
      title="The last hour"
      actions={
        <Link to="/ui/traffic" className="text-accent hover:underline">
          Traffic
        </Link>
      }
    >
      <dl className="grid grid-cols-2 gap-4">
        {(
          [
            ["Calls", calls, "", minutes.map((one) => one.calls), "text-accent"],
            [
              "Errors",
              errors,
              errors > 0 ? "text-bad" : "",
              minutes.map((one) => one.errors),
              "text-bad",
            ],
          ] as const
        ).map(([name, count, tone, values, line]) => (
          <div key={name} data-hour={name.toLowerCase()} className="flex flex-col-reverse">
            <dt className="text-xs text-soft">
              {name}
              {name === "Errors" && count > 0 && ` · ${share(errors, calls)}`}
            </dt>
            <dd>
              <span className={`text-lg font-semibold tabular-nums ${tone}`}>
                {history === undefined ? "–" : count.toLocaleString()}
              </span>
              {count > 0 && (
                <Sparkline
                  values={values}
                  label={`${name} by minute`}
                  className={`h-6 w-full ${line}`}
                />
              )}
            </dd>
          </div>
        ))}
      </dl>
      {isError && (
        <p className="mt-3 text-soft">It cannot be told: the history could not be read.</p>
      )}
      {failing.length > 0 && (
        <ul aria-label="What failed" className="mt-3 grid gap-2 border-t border-line pt-3">
          {failing.slice(0, mostShown).map(({ serverId, name, count, last }) => (
            <li key={`${serverId} ${name}`}>
              <p className="flex items-baseline gap-2">
                <Link
                  to="/ui/servers/$id"
                  params={{ id: serverId }}
                  search={{ tab: "calls" }}
                  className="min-w-0 flex-1 truncate hover:underline"
                >
                  <code className="font-mono text-code">{name}</code>{" "}
                  <span className="text-soft">of {names.get(serverId) ?? serverId}</span>
                </Link>
                <span className="shrink-0 text-bad tabular-nums">{count}×</span>
              </p>
              <p className="truncate text-xs text-soft">
                {outcomes[last.outcome].hint}
                {last.client !== undefined && ` Called by ${last.client}`} <Ago at={last.at} />
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
