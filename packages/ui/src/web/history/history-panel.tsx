import { useQuery } from "@tanstack/react-query";
import { Loading, Panel, Problem } from "../parts/panels.js";
import { CallCharts } from "./call-charts.js";
import { historyQuery } from "./queries.js";
import type { TimeSearch } from "./range.js";
import { RangeChoice } from "./range-choice.js";

/** Calls and latency over time, of all servers or of one. */
export function HistoryPanel({
  server,
  time,
  onTime,
}: {
  readonly server: string | undefined;
  readonly time: TimeSearch;
  readonly onTime: (time: TimeSearch) => void;
}) {
  const { data, error, refetch } = useQuery(historyQuery(server, time));
  return (
    <Panel title="Over time" actions={<RangeChoice time={time} onTime={onTime} />}>
      {data === undefined ? (
        error === null ? (
          <Loading what="the calls over time" rows={1} className="h-48" />
        ) : (
          <Problem error={error} onRetry={() => void refetch()} />
        )
      ) : data.isWhole ? (
        <CallCharts history={data} time={time} onTime={onTime} />
      ) : (
        <p className="text-sm text-soft">
          You see a part of the calls only, so there is no chart of them.
        </p>
      )}
    </Panel>
  );
}
