import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type CallFigures,
  getHistory,
  getServerHistory,
  getServerUptime,
  type HistoryStep,
  historySteps,
  mostHistorySlots,
  type QueryOf,
} from "@hub/api";
import { HubError } from "@hub/core";
import type { SeenServers } from "@hub/core/access";
import {
  addCounts,
  type CallCounts,
  type CallSlot,
  dayMs,
  errorsOf,
  hourMs,
  noCounts,
  quantile,
  type StatusTimes,
  statusSlots,
  sumTimes,
  wholeHub,
} from "@hub/core/past";
import type { HubApp } from "./hono.js";
import type { FindServer } from "./offers.js";
import type { AppDeps } from "./ports.js";
import { seesCounted } from "./seen-calls.js";
import { serve } from "./serve.js";
import { instant } from "./views.js";

/** A time in steps. It begins and ends as it was asked for; its first step may begin before it. */
type Range = { readonly from: number; readonly until: number; readonly stepMs: number };

const usualSlots = 120;
/** Servers whose sums are read before other work goes on. */
const serversInOneGo = 20;

/** Throws INVALID_REQUEST for a time that ends before it begins, or has too many steps. */
function rangeOf(
  { from, until, step }: QueryOf<typeof getHistory>,
  now: number,
  defaultMs: number,
  shortest: HistoryStep,
): Range {
  // What happens at this very moment is of now.
  const end = until === undefined ? now + 1 : Date.parse(until);
  const start = from === undefined ? end - defaultMs : Date.parse(from);
  if (start >= end)
    throw new HubError(
      "INVALID_REQUEST",
      `\`from\` must be before \`until\`; got ${instant(start)} and ${instant(end)}.`,
    );
  const lengths = Object.values(historySteps);
  const usual = lengths.find(
    (length) => length >= historySteps[shortest] && end - start - 1 <= usualSlots * length,
  );
  const stepMs = step === undefined ? (usual ?? dayMs) : historySteps[step];
  if (end - start > mostHistorySlots * stepMs)
    throw new HubError(
      "INVALID_REQUEST",
      `So many steps do not fit into one answer; expected at most ${mostHistorySlots}. Ask for a shorter time or a longer \`step\`.`,
    );
  return { from: start, until: end, stepMs };
}

const timeOf = ({ from, until, stepMs }: Range) => ({
  from: instant(from),
  until: instant(until),
  stepMs,
});

const rounded = (ms: number) => Math.round(ms);

function figuresOf(counts: CallCounts): CallFigures {
  const { calls, toolErrors, refusals, unanswered, cancelled, bytes, maxMs } = counts;
  return {
    calls,
    errors: errorsOf(counts),
    toolErrors,
    refusals,
    unanswered,
    cancelled,
    bytes,
    p50Ms: quantile(counts, 0.5),
    p95Ms: quantile(counts, 0.95),
    p99Ms: quantile(counts, 0.99),
    maxMs,
  };
}

function sumOf(slots: readonly { readonly counts: CallCounts }[]): CallCounts {
  const sum = noCounts();
  for (const { counts } of slots) addCounts(sum, counts);
  return sum;
}

const slotView = ({ at, counts }: CallSlot) => ({ at: instant(at), ...figuresOf(counts) });
const byCalls = (one: { readonly calls: number }, other: { readonly calls: number }) =>
  other.calls - one.calls;

const timesView = (times: StatusTimes): StatusTimes =>
  Object.fromEntries(Object.entries(times).map(([status, ms]) => [status, rounded(ms)]));

function upShareOf({ pending: _, ...times }: StatusTimes): number | undefined {
  const known = Object.values(times).reduce((sum, ms) => sum + ms, 0);
  return known === 0 ? undefined : ((times.up ?? 0) + (times.degraded ?? 0)) / known;
}

const headers = { "cache-control": "no-store" };

/** The routes that say what was: calls and statuses over time. */
export function addHistoryRoutes(app: HubApp, deps: AppDeps, find: FindServer): void {
  const { past, sights, registry } = deps;
  const now = () => registry.now().wall;
  /** What of a server somebody sees: its steps only where it sees all of it. */
  const slotsOf = (serverId: string, { from, until, stepMs }: Range) =>
    past.calls.slots(serverId, floored(from, stepMs), until, stepMs);

  async function serverSums(seen: SeenServers, range: Range) {
    const { from, until, stepMs } = range;
    const sums: { readonly serverId: string; readonly counts: CallCounts }[] = [];
    for (const [index, { record }] of seen.list().entries()) {
      if (index % serversInOneGo === 0) await nextTurn();
      const serverId = record.id;
      if (!seen.seesWhole(serverId)) continue;
      // As few steps as there can be: only their sum is wanted.
      const kindMs = stepMs < hourMs ? stepMs : dayMs;
      const counts = sumOf(await past.calls.slots(serverId, floored(from, stepMs), until, kindMs));
      if (counts.calls > 0) sums.push({ serverId, counts });
    }
    return sums;
  }

  serve(app, getHistory, async (call) => {
    const range = rangeOf(call.query, now(), hourMs, "1m");
    const seen = sights.of(call.principal);
    // Calls of servers that are gone are among them: only for whoever might see any server.
    const isWhole = seen.policy.mayWithAll("read");
    const sums = await serverSums(seen, range);
    const slots = isWhole ? await slotsOf(wholeHub, range) : [];
    return call.json(
      200,
      {
        ...timeOf(range),
        isWhole,
        slots: slots.map(slotView),
        sum: figuresOf(sumOf(isWhole ? slots : sums)),
        servers: sums
          .map(({ serverId, counts }) => ({ serverId, ...figuresOf(counts) }))
          .sort(byCalls),
      },
      headers,
    );
  });

  serve(app, getServerHistory, async (call) => {
    const serverId = find(call).record.id;
    const range = rangeOf(call.query, now(), hourMs, "1m");
    const seen = sights.of(call.principal);
    const isWhole = seen.seesWhole(serverId);
    const { from, until } = range;
    const items = (await past.calls.items(serverId, floored(from, hourMs), until)).filter((item) =>
      seesCounted(seen, { serverId, ...item }),
    );
    const slots = isWhole ? await slotsOf(serverId, range) : [];
    return call.json(
      200,
      {
        ...timeOf(range),
        isWhole,
        slots: slots.map(slotView),
        sum: figuresOf(sumOf(isWhole ? slots : items)),
        items: items
          .map(({ method, name, counts }) => ({
            method,
            ...(name === undefined ? {} : { name }),
            ...figuresOf(counts),
          }))
          .sort(byCalls),
      },
      headers,
    );
  });

  serve(app, getServerUptime, async (call) => {
    const serverId = find(call).record.id;
    const range = rangeOf(call.query, now(), 90 * dayMs, "5m");
    const { from, until, stepMs } = range;
    const spans = await past.statuses.spans(serverId, from, until);
    const times = sumTimes(spans, from, until);
    const upShare = upShareOf(times);
    return call.json(
      200,
      {
        ...timeOf(range),
        ...(upShare === undefined ? {} : { upShare }),
        times: timesView(times),
        slots: statusSlots(spans, from, until, stepMs).map((slot) => ({
          at: instant(slot.at),
          times: timesView(slot.times),
        })),
        spans: spans.map((span) => ({
          from: instant(span.from),
          to: instant(span.to),
          times: timesView(span.times),
        })),
      },
      headers,
    );
  });
}

const floored = (at: number, stepMs: number) => Math.floor(at / stepMs) * stepMs;
