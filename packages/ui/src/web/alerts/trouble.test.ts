import type { ServerSummary } from "@hub/api";
import { expect, test } from "vitest";
import { alertsOf, statesOf } from "./trouble.js";

const server = (
  id: string,
  status: ServerSummary["status"],
  tags: readonly string[] = [],
): ServerSummary => ({
  id,
  name: id,
  transport: "sse",
  endpoint: "http://127.0.0.1/",
  status,
  tags: [...tags],
  instances: [{ id: "one", endpoint: "", transport: "sse", status: "up" }],
  capabilities: null,
  revision: 1,
  registeredAt: "2026-11-28T00:00:00Z",
  updatedAt: "2026-11-28T00:00:00Z",
});

const all = { servers: [], tags: [] };
const told = (alerts: ReturnType<typeof alertsOf>) =>
  alerts.map(({ serverId, state }) => `${serverId} ${state}`);

test("trouble and its end are told once; what passes in seconds is not, nor who leaves on purpose", () => {
  const before = statesOf([
    server("falls", "up"),
    server("returns", "down"),
    server("stays", "down"),
    server("wavers", "up"),
    server("leaves", "up"),
    server("settles", "suspect"),
  ]);
  const now = [
    server("falls", "unreachable"),
    server("returns", "up"),
    server("stays", "down"),
    server("wavers", "suspect"),
    { ...server("leaves", "down"), instances: [] },
    server("settles", "up"),
    server("new", "up"),
    server("stillborn", "unreachable"),
  ];
  expect(told(alertsOf(before, now, all))).toEqual([
    "falls unreachable",
    "returns up",
    "stillborn unreachable",
  ]);
});

test("a server that is only looked at on its way back is told once it is back, and not when it falls again", () => {
  const seen = (...statuses: readonly ServerSummary["status"][]) => {
    const heard: string[] = [];
    let before = statesOf([server("a", "up")]);
    for (const status of statuses) {
      const now = [server("a", status)];
      heard.push(...told(alertsOf(before, now, all)));
      before = statesOf(now, before);
    }
    return heard;
  };
  expect(seen("unreachable", "pending", "up")).toEqual(["a unreachable", "a up"]);
  expect(seen("down", "suspect", "pending", "down", "up")).toEqual(["a down", "a up"]);
  expect(seen("suspect", "pending", "up", "suspect", "unreachable")).toEqual(["a unreachable"]);
});

test("only of the servers and tags that somebody chose", () => {
  const now = [server("a", "down", ["shop"]), server("b", "down"), server("c", "down")];
  const scope = { servers: ["b"], tags: ["shop"] };
  expect(told(alertsOf(new Map(), now, scope))).toEqual(["a down", "b down"]);
});
