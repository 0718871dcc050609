import type { TrafficMinute } from "@hub/api";
import { ScrollArea } from "../parts/scroll-area.js";

const barWidth = 10;
const gap = 2;
const height = 120;
/** A minute with one call among thousands must still be seen. */
const leastHeight = 2;

const clock = (at: string) =>
  new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

const inWords = ({ at, calls, errors }: TrafficMinute) =>
  `${clock(at)}: ${plural(calls, "call")}, ${plural(errors, "error")}`;

function Bar({ minute, index, most }: { minute: TrafficMinute; index: number; most: number }) {
  const scaled = (count: number) =>
    count === 0 ? 0 : Math.max(leastHeight, (count / most) * height);
  const x = index * (barWidth + gap);
  const calls = scaled(minute.calls);
  const errors = scaled(minute.errors);
  return (
    <g>
      <title>{inWords(minute)}</title>
      {/* The whole column answers to the pointer. */}
      <rect x={x} y={0} width={barWidth + gap} height={height} fill="transparent" />
      <rect
        x={x}
        y={height - calls}
        width={barWidth}
        height={calls}
        rx={1.5}
        className="fill-accent"
      />
      {errors > 0 && (
        <rect
          x={x}
          y={height - errors}
          width={barWidth}
          height={errors}
          rx={1.5}
          className="fill-bad stroke-surface"
        />
      )}
    </g>
  );
}

/** Calls and errors of each minute of the last hour: as bars, and as a table. */
export function MinutesChart({ minutes }: { readonly minutes: readonly TrafficMinute[] }) {
  const most = Math.max(1, ...minutes.map(({ calls }) => calls));
  const calls = minutes.reduce((sum, minute) => sum + minute.calls, 0);
  const errors = minutes.reduce((sum, minute) => sum + minute.errors, 0);
  const first = minutes[0];
  const middle = minutes[Math.floor(minutes.length / 2)];
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-xs text-soft">
        <span className="tabular-nums">Top of the scale: {plural(most, "call")} a minute</span>
        <span className="flex gap-4">
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-sm bg-accent" aria-hidden="true" />
            Calls
          </span>
          <span className="flex items-center gap-1.5">
            <span className="size-2.5 rounded-sm bg-bad" aria-hidden="true" />
            Errors
          </span>
        </span>
      </div>
      <svg
        role="img"
        aria-label={`The last hour: ${plural(calls, "call")}, ${plural(errors, "error")}. The busiest minute had ${plural(most, "call")}.`}
        viewBox={`0 0 ${minutes.length * (barWidth + gap)} ${height}`}
        preserveAspectRatio="none"
        className="h-32 w-full border-b border-line-strong"
      >
        {minutes.map((minute, index) => (
          <Bar key={minute.at} minute={minute} index={index} most={most} />
        ))}
      </svg>
      <div className="mt-1 flex justify-between text-xs text-soft tabular-nums" aria-hidden="true">
        <span>{first === undefined ? "" : clock(first.at)}</span>
        <span>{middle === undefined ? "" : clock(middle.at)}</span>
        <span>now</span>
      </div>
      <details className="mt-2 text-sm">
        <summary className="w-fit rounded text-soft hover:text-ink">As a table</summary>
        <ScrollArea
          label="Calls and errors of each minute"
          className="mt-2 max-h-72 overflow-auto rounded-lg border border-line"
        >
          <table className="w-full text-left tabular-nums">
            <thead className="sticky top-0 bg-raised text-xs text-soft">
              <tr>
                <th scope="col" className="px-3 py-1.5 font-medium">
                  Minute
                </th>
                <th scope="col" className="px-3 py-1.5 text-right font-medium">
                  Calls
                </th>
                <th scope="col" className="px-3 py-1.5 text-right font-medium">
                  Errors
                </th>
              </tr>
            </thead>
            <tbody>
              {[...minutes].reverse().map((minute) => (
                <tr key={minute.at} className="border-t border-line">
                  <th scope="row" className="px-3 py-1 font-normal">
                    {clock(minute.at)}
                  </th>
                  <td className="px-3 py-1 text-right">{minute.calls}</td>
                  <td className="px-3 py-1 text-right">{minute.errors}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollArea>
      </details>
    </div>
  );
}
