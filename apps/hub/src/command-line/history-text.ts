import type { HubHistory, ServerHistory, Uptime } from "@hub/client";
import { sparkline, squeezed } from "./sparkline.js";
import { type Line, type Piece, toned } from "./styled.js";
import { counted, milliseconds } from "./words.js";

type Figures = HubHistory["sum"];
/** What is as wide as the names before the bars. */
const indent = 9;
/** Bars where nothing says how wide the terminal is. */
const usualBars = 71;
/** Bars of one server in a table of all. */
const rowBars = 30;

const percent = (share: number) => {
  const value = 100 * share;
  // What was not always so must not read as if it was.
  return `${value > 99.95 && value < 100 ? "99.9" : value < 10 ? value.toFixed(1) : value.toFixed(value % 1 < 0.05 ? 0 : 1)} %`;
};

const two = (value: number) => String(value).padStart(2, "0");

/** An instant by the clock of whoever looks, to the minute. */
const localTime = (instant: string) => {
  const at = new Date(instant);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
};

/** Calls, errors and latency of neighbouring steps as those of one. The slowest stands for all of them. */
const together = (slots: readonly (Figures | undefined)[]) => ({
  calls: slots.reduce((sum, slot) => sum + (slot?.calls ?? 0), 0),
  errors: slots.reduce((sum, slot) => sum + (slot?.errors ?? 0), 0),
  p95Ms: slots.reduce<number | undefined>(
    (most, slot) => (slot === undefined ? most : Math.max(most ?? 0, slot.p95Ms)),
    undefined,
  ),
});

/** Steps without calls, which an answer leaves out, included. */
function everySlot({ from, until, stepMs, slots }: HubHistory | ServerHistory) {
  const start = Date.parse(from);
  const count = Math.max(0, Math.ceil((Date.parse(until) - start) / stepMs));
  const known = new Map(
    slots.map((slot) => [Math.floor((Date.parse(slot.at) - start) / stepMs), slot]),
  );
  return Array.from({ length: count }, (_, at) => known.get(at));
}

/** In words what a time had. */
export function sumText(sum: Figures): Line {
  const failed: Piece =
    sum.errors === 0
      ? "none failed"
      : toned(`${sum.errors} failed (${percent(sum.errors / sum.calls)})`, "bad");
  if (sum.calls === 0) return "No call through the hub.";
  return [
    toned(counted(sum.calls, "call"), "strong"),
    ", ",
    failed,
    `, half within ${milliseconds(sum.p50Ms)}, 95 % within ${milliseconds(sum.p95Ms)}.`,
  ];
}

/** How long a server was up, of what is known, as bars: the higher, the longer. */
export function uptimeBars({ slots }: Pick<Uptime, "slots">, most = rowBars): string {
  const shares = squeezed(slots, most, (some) => {
    const sum = (of: (times: Uptime["times"]) => number) =>
      some.reduce((all, { times }) => all + of(times), 0);
    const known = sum((times) =>
      Object.entries(times).reduce(
        (all, [status, ms]) => (status === "pending" ? all : all + ms),
        0,
      ),
    );
    return known === 0 ? undefined : sum(({ up = 0, degraded = 0 }) => up + degraded) / known;
  });
  return sparkline(shares, 1);
}

/** What a share of time up is to its reader. */
export function uptimePiece(upShare: number | undefined): Piece {
  if (upShare === undefined) return "";
  const text = percent(upShare);
  return toned(text, upShare >= 0.99 ? "good" : upShare >= 0.9 ? "warning" : "bad");
}

/** Calls, errors and latency over a time, and uptime where it is given, as bars with their time beneath. */
export function historyLines(
  history: HubHistory | ServerHistory,
  uptime: Uptime | undefined,
  columns: number | undefined,
): readonly Line[] {
  const most = Math.max(10, (columns ?? usualBars + indent) - indent);
  const steps = squeezed(everySlot(history), most, together);
  const name = (text: string) => toned(text.padEnd(indent), "dim");
  const width = Math.max(steps.length, 35);
  const [from, until] = [localTime(history.from), localTime(history.until)];
  return [
    [name("calls"), sparkline(steps.map(({ calls }) => calls))],
    [name("failed"), toned(sparkline(steps.map(({ errors }) => errors)), "bad")],
    [name("p95"), sparkline(steps.map(({ p95Ms }) => p95Ms))],
    ...(uptime === undefined ? [] : [[name("up"), toned(uptimeBars(uptime, most), "good")]]),
    [name(""), toned(`${from}${until.padStart(width - from.length)}`, "dim")],
  ];
}
