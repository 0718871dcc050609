import { useNow } from "./clock.js";

const units = [
  { ms: 86_400_000, short: "d" },
  { ms: 3_600_000, short: "h" },
  { ms: 60_000, short: "min" },
  { ms: 1_000, short: "s" },
] as const;

/** A span in its largest unit, such as `4 s` or `3 min`. */
export function span(ms: number): string {
  const unit = units.find((one) => ms >= one.ms);
  return unit === undefined ? "0 s" : `${Math.floor(ms / unit.ms)} ${unit.short}`;
}

/** How long ago an instant was; it ticks. */
export function Ago({ at }: { readonly at: string }) {
  const then = Date.parse(at);
  const ms = useNow() - then;
  return (
    <time dateTime={at} title={new Date(then).toLocaleString()} className="tabular-nums">
      {ms < 1_000 ? "now" : `${span(ms)} ago`}
    </time>
  );
}
