import type { CallFigures, HubHistory, ServerHistory, Traffic } from "@hub/api";
import { expect, test } from "vitest";
import { ordered } from "./figures.js";
import { rowsOf, totalsOf } from "./over-time.js";

const figures = (calls: number): CallFigures => ({
  calls,
  errors: 0,
  toolErrors: 0,
  refusals: 0,
  unanswered: 0,
  cancelled: 0,
  bytes: 0,
  p50Ms: 1,
  p95Ms: 1,
  p99Ms: 1,
  maxMs: 1,
});
const time = { from: "2026-11-28T10:00:00Z", until: "2026-11-28T11:00:00Z", stepMs: 60_000 };
const live = { callsPerMinute: 3, inFlight: 1 };
const traffic: Traffic = {
  since: time.from,
  servers: [{ serverId: "mail", ...figures(1), ...live }],
  rows: [{ serverId: "mail", method: "tools/call", name: "send", ...figures(1), ...live }],
  minutes: [],
} as Traffic; // what is not read here is left out

const hub: HubHistory = {
  ...time,
  isWhole: true,
  slots: [],
  sum: figures(7),
  servers: [
    { serverId: "crm", ...figures(4) },
    { serverId: "mail", ...figures(3) },
  ],
};

test("counts are of the time, also before the hub started, and what goes on is of now", () => {
  const groups = totalsOf(hub, undefined, traffic, new Map([["mail", "Mail"]]));
  expect(groups).toMatchObject([
    { id: "crm", name: "crm", total: { calls: 4, callsPerMinute: 0, inFlight: 0 } },
    { id: "mail", name: "Mail", total: { calls: 3, ...live } },
  ]);
  const byName = ordered(
    groups,
    ({ total }) => total,
    ({ name }) => name,
    {
      sort: "name",
      order: "down",
    },
  );
  expect(byName.map(({ id }) => id)).toEqual(["mail", "crm"]);
  const byRate = ordered(
    groups,
    ({ total }) => total,
    ({ name }) => name,
    {
      sort: "rate",
      order: "down",
    },
  );
  expect(byRate.map(({ id }) => id)).toEqual(["mail", "crm"]);
});

test("one server is its sum, or nothing, and has its tools", () => {
  const server: ServerHistory = {
    ...time,
    isWhole: true,
    slots: [],
    sum: figures(3),
    items: [
      { method: "tools/call", name: "send", ...figures(2) },
      { method: "prompts/get", name: "send", ...figures(1) },
    ],
  };
  expect(totalsOf(server, "mail", undefined, new Map())).toMatchObject([
    { id: "mail", total: { calls: 3 } },
  ]);
  expect(totalsOf({ ...server, sum: figures(0) }, "mail", undefined, new Map())).toEqual([]);
  expect(rowsOf(server, "mail", traffic)).toMatchObject([
    { calls: 2, ...live },
    { calls: 1, inFlight: 0 },
  ]);
});
