const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Values to write beside an axis, from 0 to the first round one that is at least `most`. */
export function valueTicks(most: number, isWhole: boolean): readonly number[] {
  const wanted = Math.max(most, isWhole ? 1 : 0.001) / 4;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const round = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= wanted) ?? wanted;
  const step = isWhole ? Math.max(1, round) : round;
  const count = Math.max(1, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

const timeSteps = [1, 2, 5, 10, 15, 30]
  .map((one) => one * minute)
  .concat([1, 2, 3, 6, 12].map((one) => one * hour))
  .concat([1, 2, 5, 7, 14, 30].map((one) => one * day));

/** Round instants within a time, by the clock of whoever looks: at most `most`. */
export function timeTicks(from: number, until: number, most = 6): readonly number[] {
  const step = timeSteps.find((one) => (until - from) / one <= most) ?? 30 * day;
  // Where the day begins is not the same everywhere, nor all year.
  const offset = new Date(from).getTimezoneOffset() * minute;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const ticks: number[] = [];
  for (let at = first; at <= until; at += step) ticks.push(at);
  return ticks;
}

/** An instant as it is written beside an axis that is so long. */
export function timeLabel(at: number, lengthMs: number): string {
  const date = new Date(at);
  if (lengthMs > 2 * day)
    return date.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  return date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/** A step in words: its day where there are several, and its time where it is shorter than a day. */
export function stepLabel(at: number, stepMs: number, lengthMs: number): string {
  const date = new Date(at);
  const dayText = date.toLocaleDateString(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    // The hub's days are those of UTC.
    ...(stepMs >= day ? { timeZone: "UTC" } : {}),
  });
  const timeText = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (stepMs >= day) return dayText;
  return lengthMs > 12 * hour ? `${dayText}, ${timeText}` : timeText;
}

/** Every step of a time: those that are there, and for each that is left out what `empty` makes. */
export function everyStep<Slot extends { readonly at: string }>(
  slots: readonly Slot[],
  {
    from,
    until,
    stepMs,
  }: { readonly from: string; readonly until: string; readonly stepMs: number },
  empty: (at: string) => Slot,
): readonly Slot[] {
  const known = new Map(slots.map((slot) => [Date.parse(slot.at), slot]));
  const first = Math.floor(Date.parse(from) / stepMs) * stepMs;
  const count = Math.ceil((Date.parse(until) - first) / stepMs);
  return Array.from({ length: count }, (_, index) => {
    const at = first + index * stepMs;
    return known.get(at) ?? empty(new Date(at).toISOString());
  });
}
