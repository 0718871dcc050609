import { ChartTable } from "./chart-table.js";
import { stepLabel, timeLabel, timeTicks, valueTicks } from "./scale.js";
import { type Selection, useSelection } from "./use-selection.js";

/** What is drawn of each step. Bars stand on each other in their order; lines do not. */
export type ChartSeries<Slot> = {
  readonly name: string;
  readonly shape: "bar" | "line";
  readonly tone: ChartTone;
  /** Undefined where there is nothing to say. */
  readonly value: (slot: Slot) => number | undefined;
};

const tones = {
  accent: { fill: "fill-accent", stroke: "stroke-accent", ground: "bg-accent" },
  warn: { fill: "fill-warn", stroke: "stroke-warn", ground: "bg-warn" },
  bad: { fill: "fill-bad", stroke: "stroke-bad", ground: "bg-bad" },
  dead: { fill: "fill-dead", stroke: "stroke-dead", ground: "bg-dead" },
  calm: { fill: "fill-calm", stroke: "stroke-calm", ground: "bg-calm" },
} as const;
type ChartTone = keyof typeof tones;

type Slotted = { readonly at: string };

type Props<Slot extends Slotted> = {
  /** Names the chart. */
  readonly label: string;
  /** Says in a sentence what it shows. */
  readonly summary: string;
  /** All steps, the oldest first. */
  readonly slots: readonly Slot[];
  readonly stepMs: number;
  readonly series: readonly ChartSeries<Slot>[];
  readonly format: (value: number) => string;
  /** Whether values are counts, which have no halves. */
  readonly isWhole: boolean;
  readonly onZoom: (from: number, until: number) => void;
};

const height = 100;
/** A step with one call among thousands must still be seen. */
const leastHeight = 1.5;

function Bars<Slot extends Slotted>({
  slots,
  series,
  top,
}: Pick<Props<Slot>, "slots" | "series"> & { readonly top: number }) {
  return slots.map((slot, index) => {
    let below = 0;
    return (
      <g key={slot.at}>
        {series.map(({ name, tone, value }) => {
          const amount = value(slot) ?? 0;
          if (amount === 0) return null;
          const size = Math.max(leastHeight, (amount / top) * height);
          below += size;
          return (
            <rect
              key={name}
              x={index + 0.08}
              y={height - below}
              width={0.84}
              height={size}
              className={tones[tone].fill}
            />
          );
        })}
      </g>
    );
  });
}

/** A line that is broken where there is nothing to say; a step between two such is a dash. */
function pathOf<Slot>(slots: readonly Slot[], value: ChartSeries<Slot>["value"], top: number) {
  let path = "";
  let isOpen = false;
  for (const [index, slot] of slots.entries()) {
    const amount = value(slot);
    if (amount === undefined) {
      isOpen = false;
      continue;
    }
    const y = (height - (amount / top) * height).toFixed(2);
    path += isOpen ? `L${index + 0.5} ${y}` : `M${index + 0.2} ${y}L${index + 0.8} ${y}`;
    isOpen = true;
  }
  return path;
}

const percent = (share: number) => `${(100 * share).toFixed(3)}%`;

/** Values over time with axes; one can zoom into it by dragging or by keys, and read it as a table. */
export function TimeChart<Slot extends Slotted>(props: Props<Slot>) {
  const { label, summary, slots, stepMs, series, format, isWhole, onZoom } = props;
  const from = Date.parse(slots[0]?.at ?? "");
  const length = slots.length * stepMs;
  const zoom = ({ first, last }: Selection) =>
    onZoom(from + first * stepMs, from + (last + 1) * stepMs);
  const { cursor, selection, handlers } = useSelection(slots.length, zoom);
  const bars = series.filter(({ shape }) => shape === "bar");
  const lines = series.filter(({ shape }) => shape === "line");
  const sumOf = (slot: Slot) => bars.reduce((sum, { value }) => sum + (value(slot) ?? 0), 0);
  const highest = (slot: Slot) =>
    Math.max(sumOf(slot), ...lines.map(({ value }) => value(slot) ?? 0));
  const ticks = valueTicks(Math.max(0, ...slots.map(highest)), isWhole);
  const top = ticks.at(-1) ?? 1;
  const nameOf = (slot: Slot) => stepLabel(Date.parse(slot.at), stepMs, length);
  const inWords = (slot: Slot) => {
    const said = series.flatMap(({ name, value }) => {
      const amount = value(slot);
      return amount === undefined || (amount === 0 && isWhole) ? [] : [`${name} ${format(amount)}`];
    });
    return `${nameOf(slot)}: ${said.length === 0 ? "nothing" : said.join(", ")}`;
  };
  const here = cursor === undefined ? undefined : slots[cursor];
  return (
    <figure data-chart={label}>
      <figcaption className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-xs text-soft">
        <span className="flex flex-wrap gap-x-4 gap-y-1">
          {series.toReversed().map(({ name, tone, shape }) => (
            <span key={name} className="flex items-center gap-1.5">
              <span
                className={`${shape === "bar" ? "size-2.5 rounded-md" : "h-0.5 w-4"} ${tones[tone].ground}`}
                aria-hidden="true"
              />
              {name}
            </span>
          ))}
        </span>
        <span className="min-h-4 tabular-nums">{here === undefined ? "" : inWords(here)}</span>
      </figcaption>
      <div className="flex gap-2 text-xs text-soft tabular-nums">
        <div aria-hidden="true" className="relative h-36 w-14 shrink-0">
          {ticks.map((tick) => (
            <span
              key={tick}
              className="absolute right-0 -translate-y-1/2 whitespace-nowrap"
              style={{ top: percent(1 - tick / top) }}
            >
              {format(tick)}
            </span>
          ))}
        </div>
        <div className="min-w-0 flex-1">
          <div className="relative h-36">
            <svg
              role="img"
              aria-label={summary}
              viewBox={`0 0 ${Math.max(1, slots.length)} ${height}`}
              preserveAspectRatio="none"
              className="absolute inset-0 size-full overflow-visible"
            >
              {ticks.map((tick) => (
                <path
                  key={tick}
                  d={`M0 ${height - (tick / top) * height}H${slots.length}`}
                  className={tick === 0 ? "stroke-line-strong" : "stroke-line"}
                  vectorEffect="non-scaling-stroke"
                />
              ))}
              <Bars slots={slots} series={bars} top={top} />
              {lines.map(({ name, tone, value }) => (
                <path
                  key={name}
                  d={pathOf(slots, value, top)}
                  fill="none"
                  strokeWidth={2}
                  strokeLinejoin="round"
                  className={tones[tone].stroke}
                  vectorEffect="non-scaling-stroke"
                />
              ))}
            </svg>
            {selection !== undefined && (
              <div
                data-selected=""
                className="absolute inset-y-0 border-x border-accent bg-accent-soft opacity-60"
                style={{
                  left: percent(selection.first / slots.length),
                  width: percent((selection.last + 1 - selection.first) / slots.length),
                }}
              />
            )}
            {cursor !== undefined && (
              <div
                className="absolute inset-y-0 w-px bg-line-strong"
                style={{ left: percent((cursor + 0.5) / slots.length) }}
              />
            )}
            <div
              role="slider"
              tabIndex={0}
              aria-label={`Time in ${label}`}
              aria-description="Arrow keys move, with Shift they select, Enter zooms into what is selected"
              aria-valuemin={1}
              aria-valuemax={slots.length}
              aria-valuenow={(cursor ?? slots.length - 1) + 1}
              aria-valuetext={inWordsOf(slots[cursor ?? slots.length - 1], inWords)}
              className="absolute inset-0 cursor-crosshair touch-pan-y rounded-md select-none"
              {...handlers}
            />
          </div>
          <div aria-hidden="true" className="relative mt-1.5 h-4">
            {timeTicks(from, from + length).map((at) => {
              const share = (at - from) / length;
              return share < 0.04 || share > 0.96 ? null : (
                <span
                  key={at}
                  className="absolute -translate-x-1/2 whitespace-nowrap"
                  style={{ left: percent(share) }}
                >
                  {timeLabel(at, length)}
                </span>
              );
            })}
          </div>
        </div>
      </div>
      <ChartTable<Slot>
        label={`${label}, as a table`}
        head={stepMs >= 86_400_000 ? "Day" : "From"}
        rows={slots}
        nameOf={nameOf}
        columns={series.map(({ name, value }) => ({
          name,
          cell: (slot: Slot) => {
            const amount = value(slot);
            return amount === undefined ? "–" : format(amount);
          },
        }))}
      />
    </figure>
  );
}

function inWordsOf<Slot>(slot: Slot | undefined, inWords: (slot: Slot) => string): string {
  return slot === undefined ? "nothing" : inWords(slot);
}
