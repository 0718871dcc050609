import type { Event, HubView, ServerSummary } from "@hub/api";
import { describe, expect, test } from "vitest";
import { concernsOf } from "./attention.js";
import { daysOf, digestOf } from "./digest.js";
import { judge, type Known } from "./verdict.js";

const instance = { id: "one", endpoint: "http://127.0.0.1/a", transport: "sse" } as const;

const server = (id: string, more: Partial<ServerSummary> = {}): ServerSummary => ({
  id,
  name: id,
  transport: "sse",
  endpoint: instance.endpoint,
  status: "up",
  tags: [],
  instances: [{ ...instance, status: "up" }],
  capabilities: null,
  revision: 1,
  registeredAt: "2026-11-28T00:00:00Z",
  updatedAt: "2026-11-28T00:00:00Z",
  ...more,
});

let seq = 0;
const at = () => new Date(1_000 * ++seq).toISOString();

const changed = (serverId: string, more: object = {}) =>
  ({
    kind: "capabilities-changed",
    seq,
    at: at(),
    serverId,
    name: serverId,
    instance,
    hash: "b",
    previousHash: "a",
    added: 1,
    removed: 1,
    changed: 0,
    items: [{ change: "removed", kind: "tools", key: "refund" }],
    ...more,
  }) satisfies Event;

const became = (serverId: string, serverStatus: ServerSummary["status"]) =>
  ({
    kind: "status-changed",
    seq,
    at: at(),
    serverId,
    name: serverId,
    instance,
    from: "up",
    to: "up",
    serverStatus,
    reason: "",
  }) satisfies Event;

describe("what wants a person", () => {
  test("is told once for each server, the most urgent first, and not what passes or was meant", () => {
    const servers = [
      server("well"),
      server("suspect", { status: "suspect" }),
      server("left", { status: "down", instances: [] }),
      server("changed"),
      server("flaps", { flapping: { since: "2026-11-28T00:00:00Z", changes: 9 } }),
      server("locked", { status: "needs-token" }),
      server("lost", { status: "unreachable" }),
      server("dead", { status: "down" }),
      server("half", { status: "degraded" }),
    ];
    const waiting = [
      server("asks", { admission: { state: "waiting", since: "2026-11-28T00:00:00Z" } }),
      server("refused", { admission: { state: "refused", since: "2026-11-28T00:00:00Z" } }),
    ];
    const events = [changed("changed"), changed("dead")];
    const concerns = concernsOf({ servers, waiting, events });
    expect(concerns.map(({ server: { id }, want }) => [id, want])).toEqual([
      ["dead", "down"],
      ["lost", "unreachable"],
      ["asks", "admission"],
      ["locked", "token"],
      ["half", "degraded"],
      ["flaps", "flapping"],
      ["changed", "changed"],
    ]);
    expect(concerns.at(-1)?.text).toContain("1 removed (refund)");
  });

  test("what a server only adds, or offers at first, breaks nobody", () => {
    const events = [
      changed("a", { removed: 0, items: [] }),
      changed("b", { previousHash: undefined }),
    ];
    const servers = [server("a"), server("b")];
    expect(concernsOf({ servers, waiting: [], events })).toEqual([]);
  });
});

describe("the headline", () => {
  const refused = {
    step: "connect",
    code: "NOTHING_LISTENS",
    cause: "Nothing listens there.",
    fix: "Start it.",
  } as const;
  const pending = server("pending", { status: "pending" });
  const failing = server("failing", {
    status: "pending",
    instances: [{ ...instance, status: "pending", problem: refused }],
  });
  const suspect = server("suspect", { status: "suspect" });
  const hub = (id: string, more: Partial<HubView> = {}): HubView => ({
    id,
    isSelf: id === "self",
    version: "1.0.0",
    startedAt: "2026-11-28T00:00:00Z",
    lastSeenAt: "2026-11-28T00:00:00Z",
    state: "working",
    isLeader: false,
    ...more,
  });
  const protection = { since: "2026-11-28T00:00:00Z", reason: "The database is away." };
  const left = server("left", { status: "down", instances: [] });
  const well: Known = {
    servers: [server("one"), left],
    waiting: [],
    events: [],
    hubs: [hub("self"), hub("other")],
    protection: undefined,
    isOld: false,
  };

  test.each<[string, Partial<Known>, string]>([
    ["all that should be up is", {}, "All is well with 2 servers"],
    ["one server is up", { servers: [server("one")] }, "All is well with one server"],
    ["nobody answers any more", { isOld: true }, "All was well with 2 servers"],
    ["the only one is new", { servers: [pending] }, "1 server is still being checked"],
    [
      "some are in doubt",
      { servers: [server("one"), pending, suspect] },
      "2 of 3 servers are still being checked",
    ],
    ["all are", { servers: [pending, suspect] }, "2 servers are still being checked"],
    ["the first probe failed", { servers: [server("one"), failing] }, "One thing wants you"],
    [
      "another hub is silent",
      { hubs: [hub("self"), hub("b", { state: "silent" })] },
      "One thing wants you",
    ],
    [
      "another hub joins",
      { hubs: [hub("self"), hub("b", { state: "joining" })] },
      "All is well with 2 servers",
    ],
    ["the store is away", { protection }, "One thing wants you"],
    [
      "the hub is cut off, which makes it silent itself",
      { protection, hubs: [hub("self", { state: "silent" }), hub("b")] },
      "One thing wants you",
    ],
    [
      "much is wrong",
      { protection, servers: [failing, server("dead", { status: "down" })] },
      "3 things want you",
    ],
  ])("where %s", (_, more, headline) => {
    expect(judge({ ...well, ...more }).headline).toBe(headline);
  });

  test("has its reasons: the hub's first, then the silent hub and the server that was not met", () => {
    const hubs = [hub("self"), hub("0123456789", { state: "silent" })];
    const { troubles, concerns } = judge({ ...well, protection, hubs, servers: [failing] });
    expect(troubles.map(({ want, title }) => [want, title])).toEqual([
      ["protection", "The hub itself"],
      ["silent-hub", "Hub 01234567 is silent"],
    ]);
    expect(troubles[0]?.text).toBe(protection.reason);
    expect(concerns).toMatchObject([{ want: "unmet", text: refused.cause }]);
  });
});

describe("what happened", () => {
  test("is a line for each server, the latest first", () => {
    const events = [
      became("a", "down"),
      became("b", "down"),
      became("b", "up"),
      became("b", "unreachable"),
      became("b", "up"),
      changed("b"),
      changed("c", { previousHash: undefined }),
    ].reverse();
    expect(digestOf(events).map(({ serverId, text }) => [serverId, text])).toEqual([
      ["b", "was out 2 times · offers 1 added, 1 removed (refund)"],
      ["a", "is out"],
    ]);
  });

  test("is told day by day, and a day without news is left out", () => {
    const on = (day: number, event: Event) => ({
      ...event,
      at: new Date(2026, 10, day, 9).toISOString(),
    });
    const events = [
      on(28, became("a", "up")),
      on(27, changed("a")),
      on(27, became("b", "down")),
      on(26, changed("c", { previousHash: undefined })),
    ];
    const told = daysOf(events).map(({ from, happenings }) => [
      new Date(from).getDate(),
      happenings.map(({ serverId }) => serverId),
    ]);
    expect(told).toEqual([[27, ["a", "b"]]]);
  });
});
