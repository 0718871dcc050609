import type { CallFigures, TrafficFigures } from "@hub/api";
import type { Sort } from "./search.js";

/** Part of all calls in per cent; a few of very many are not none. */
export function share(errors: number, calls: number): string {
  if (errors === 0 || calls === 0) return "0 %";
  const percent = (100 * errors) / calls;
  if (percent < 0.1) return "< 0.1 %";
  return `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Errors by their kinds, those that there are: “2 tool errors, 1 refused”. */
export function errorsInWords({
  toolErrors,
  refusals,
  unanswered,
}: Pick<TrafficFigures, "toolErrors" | "refusals" | "unanswered">): string {
  const said = [
    [toolErrors, toolErrors === 1 ? "tool error" : "tool errors"],
    [refusals, "refused"],
    [unanswered, "without answer"],
  ] as const;
  return said
    .filter(([count]) => count > 0)
    .map(([count, words]) => `${count.toLocaleString()} ${words}`)
    .join(", ");
}

/** What a line of the table shows: sums of a time, and what goes on now. */
export type Figures = CallFigures & Pick<TrafficFigures, "callsPerMinute" | "inFlight">;

const figureOf: Readonly<Record<Exclude<Sort, "name">, (figures: Figures) => number>> = {
  rate: (one) => one.callsPerMinute,
  calls: (one) => one.calls,
  errors: (one) => one.errors,
  p50: (one) => one.p50Ms,
  p95: (one) => one.p95Ms,
  max: (one) => one.maxMs,
  bytes: (one) => one.bytes,
};

export type Order = { readonly sort: Sort; readonly order: "up" | "down" };

/** A server of the table. */
export type Group = { readonly id: string; readonly name: string; readonly total: Figures };

/** A tool, prompt or other request of a server. */
export type Row = Figures & { readonly method: string; readonly name?: string | undefined };

export const rowName = ({ name, method }: Row) => name ?? method;

/** Lines in the order that was asked for; what is equal by name. */
export function ordered<T>(
  all: readonly T[],
  figuresOf: (one: T) => Figures,
  nameOf: (one: T) => string,
  { sort, order }: Order,
): readonly T[] {
  const sign = order === "up" ? 1 : -1;
  const byName = (a: T, b: T) => nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true });
  if (sort === "name") return [...all].sort((a, b) => sign * byName(a, b));
  const value = (one: T) => figureOf[sort](figuresOf(one));
  return [...all].sort((a, b) => sign * (value(a) - value(b)) || byName(a, b));
}
