import type { Uptime } from "@hub/api";
import { span } from "../live/ago.js";
import { ChartTable } from "../parts/chart/chart-table.js";
import { stepLabel } from "../parts/chart/scale.js";
import { type Status, serverStates } from "../parts/seriousness.js";
import { statusWord } from "../parts/status.js";

type Slot = Uptime["slots"][number];
type Times = Slot["times"];

const fills: { readonly [One in Status]?: string } = {
  down: "fill-dead",
  unreachable: "fill-bad",
  suspect: "fill-warn",
  degraded: "fill-warn",
  "needs-token": "fill-warn",
  pending: "fill-calm",
  up: "fill-good",
};

const height = 40;
/** A minute of a day must still be seen. */
const leastHeight = 4;

/** What a server was in a time, the most serious first. */
function partsOf(times: Times): readonly (readonly [keyof Times, number])[] {
  return serverStates.flatMap((status) => {
    // One that left on purpose was down.
    if (status === "left") return [];
    const ms = times[status];
    return ms === undefined || ms === 0 ? [] : [[status, ms] as const];
  });
}

const inWords = (times: Times) => {
  const parts = partsOf(times);
  if (parts.length === 0) return "not known";
  return parts.map(([status, ms]) => `${statusWord(status).toLowerCase()} ${span(ms)}`).join(", ");
};

/** A share that is not quite all must not read as all. */
export function upPercent(share: number): string {
  if (share === 1) return "100 %";
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

function Day({
  slot,
  index,
  stepMs,
  name,
}: {
  readonly slot: Slot;
  readonly index: number;
  readonly stepMs: number;
  readonly name: string;
}) {
  const parts = partsOf(slot.times);
  const known = parts.reduce((sum, [, ms]) => sum + ms, 0);
  let left = height;
  return (
    <g>
      <title>{`${name}: ${inWords(slot.times)}`}</title>
      <rect x={index} y={0} width={1} height={height} fill="transparent" />
      {known === 0 ? (
        <rect x={index + 0.12} y={height - 3} width={0.76} height={3} className="fill-line" />
      ) : (
        parts.map(([status, ms], place) => {
          const isLast = place === parts.length - 1;
          // What was the longest takes the room that the others leave.
          const size = isLast
            ? left
            : Math.min(left, Math.max(leastHeight, (ms / stepMs) * height));
          left -= size;
          return (
            <rect
              key={status}
              x={index + 0.12}
              y={left}
              width={0.76}
              height={size}
              className={fills[status]}
            />
          );
        })
      )}
    </g>
  );
}

/** What a server was on each day; a day of which nothing is known is a low mark, and never red. */
export function UptimeBar({ uptime }: { readonly uptime: Uptime }) {
  const { slots, stepMs, times, upShare } = uptime;
  const nameOf = ({ at }: Slot) => stepLabel(Date.parse(at), stepMs, slots.length * stepMs);
  const summary =
    upShare === undefined
      ? `${slots.length} days: nothing is known yet.`
      : `${slots.length} days: up ${upPercent(upShare)} of the time that is known; ${inWords(times)}.`;
  return (
    <figure data-chart="Uptime">
      <svg
        role="img"
        aria-label={summary}
        viewBox={`0 0 ${slots.length} ${height}`}
        preserveAspectRatio="none"
        className="h-10 w-full"
      >
        {slots.map((slot, index) => (
          <Day key={slot.at} slot={slot} index={index} stepMs={stepMs} name={nameOf(slot)} />
        ))}
      </svg>
      <figcaption className="mt-1 flex justify-between text-xs text-soft">
        <span>{slots[0] === undefined ? "" : nameOf(slots[0])}</span>
        <span>today</span>
      </figcaption>
      <ChartTable
        label="Uptime, as a table"
        head="Day (UTC)"
        rows={slots}
        nameOf={nameOf}
        columns={[{ name: "What it was", cell: (slot) => inWords(slot.times) }]}
      />
    </figure>
  );
}
