import type { HistorySlot, HubHistory, ServerHistory } from "@hub/api";
import { everyStep } from "../parts/chart/scale.js";
import { type ChartSeries, TimeChart } from "../parts/chart/time-chart.js";
import { counted, milliseconds } from "../parts/units.js";
import { ranges, type TimeSearch } from "./range.js";

const none: Omit<HistorySlot, "at"> = {
  calls: 0,
  errors: 0,
  toolErrors: 0,
  refusals: 0,
  unanswered: 0,
  cancelled: 0,
  bytes: 0,
  p50Ms: 0,
  p95Ms: 0,
  p99Ms: 0,
  maxMs: 0,
};

const byOutcome: readonly ChartSeries<HistorySlot>[] = [
  { name: "No answer", shape: "bar", tone: "dead", value: ({ unanswered }) => unanswered },
  { name: "Refused", shape: "bar", tone: "calm", value: ({ refusals }) => refusals },
  { name: "Tool error", shape: "bar", tone: "warn", value: ({ toolErrors }) => toolErrors },
  { name: "OK", shape: "bar", tone: "accent", value: ({ calls, errors }) => calls - errors },
];

const timed = (of: (slot: HistorySlot) => number) => (slot: HistorySlot) =>
  slot.calls === 0 ? undefined : of(slot);
const latencies: readonly ChartSeries<HistorySlot>[] = [
  { name: "p50", shape: "line", tone: "accent", value: timed(({ p50Ms }) => p50Ms) },
  { name: "p95", shape: "line", tone: "warn", value: timed(({ p95Ms }) => p95Ms) },
];

/** Calls by what came of them, and how long they took, over a time. */
export function CallCharts({
  history,
  time,
  onTime,
}: {
  readonly history: HubHistory | ServerHistory;
  readonly time: TimeSearch;
  readonly onTime: (time: TimeSearch) => void;
}) {
  const { stepMs, sum } = history;
  const slots = everyStep(history.slots, history, (at) => ({ at, ...none }));
  const words = time.from === undefined ? ranges[time.range ?? "1h"].words : "The time shown";
  const zoom = (from: number, until: number) =>
    onTime({
      range: time.range,
      from: new Date(from).toISOString(),
      until: new Date(until).toISOString(),
    });
  const shared = { slots, stepMs, onZoom: zoom };
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-6 xl:grid-cols-2">
      <section>
        <h3 className="mb-2 text-sm font-semibold">Calls and errors</h3>
        <TimeChart
          {...shared}
          label="Calls and errors"
          summary={`${words}: ${counted(sum.calls, "call")}, ${counted(sum.errors, "error")}.`}
          series={byOutcome}
          format={(value) => value.toLocaleString()}
          isWhole
        />
      </section>
      <section>
        <h3 className="mb-2 text-sm font-semibold">Latency</h3>
        <TimeChart
          {...shared}
          label="Latency"
          summary={
            sum.calls === 0
              ? `${words}: no call.`
              : `${words}: half of the calls took at most ${milliseconds(sum.p50Ms)}, and 95 % at most ${milliseconds(sum.p95Ms)}.`
          }
          series={latencies}
          format={milliseconds}
          isWhole={false}
        />
      </section>
    </div>
  );
}
