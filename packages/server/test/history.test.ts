import { answerSchema, getHistory, getServerHistory, getServerUptime } from "@hub/api";
import { MemoryStore, registrationSchema } from "@hub/core";
import { type CallOutcome, type CountedCalls, countCall, noCounts } from "@hub/core/past";
import {
  closeAll,
  closeLater,
  knownTokens,
  ModernClient,
  ModernUpstream,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { startHub } from "../src/index.js";
import { createTestApp, server1 } from "./support/test-app.js";

afterEach(closeAll);

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function calls(
  serverId: string,
  at: number,
  outcomes: readonly CallOutcome[],
  name = "forecast",
): CountedCalls {
  const counts = noCounts();
  for (const outcome of outcomes) countCall(counts, outcome, 10, 100);
  return { serverId, method: "tools/call", name, at, counts };
}

const access = knownTokens({
  admin: [{ action: "admin" }],
  one: [{ action: "read", servers: ["mcp-server-1"] }],
  narrow: [{ action: "read", tools: ["forecast"] }],
});

async function withServers(options: Parameters<typeof createTestApp>[0] = { access }) {
  const hub = await createTestApp(options);
  for (const name of ["MCP Server 1", "Billing"])
    await hub.registry.register(
      registrationSchema.parse({
        ...server1,
        name,
        endpoint: `http://10.0.0.1:8002/${name.length}`,
      }),
    );
  const ask = (path: string, token = "admin") =>
    hub.app.request(path, { headers: { authorization: `Bearer ${token}` } });
  const whole = async (query = "", token = "admin") => {
    const answer = await ask(`/history${query}`, token);
    expect(answer.status).toBe(200);
    return answerSchema(getHistory, 200).parse(await answer.json());
  };
  const ofServer = async (id: string, query = "", token = "admin") => {
    const answer = await ask(`/servers/${id}/history${query}`, token);
    expect(answer.status).toBe(200);
    return answerSchema(getServerHistory, 200).parse(await answer.json());
  };
  const uptime = async (id: string, query = "", token = "admin") => {
    const answer = await ask(`/servers/${id}/uptime${query}`, token);
    expect(answer.status).toBe(200);
    return answerSchema(getServerUptime, 200).parse(await answer.json());
  };
  return { ...hub, ask, whole, ofServer, uptime };
}

describe("GET /history and GET /servers/{id}/history", () => {
  test("calls of the last hour by minute, with errors told apart, before and after they are written", async () => {
    const hub = await withServers();
    const now = hub.clock.wall();
    hub.calls.push(
      calls("mcp-server-1", now - 5 * minute, ["ok", "tool-error", "error", "hub-error"]),
      calls("mcp-server-1", now - 2 * minute, ["ok", "cancelled"], "alerts"),
      calls("billing", now - 2 * minute, ["ok", "ok", "ok"], "invoice"),
    );
    const read = async () => ({
      hub: await hub.whole(),
      server: await hub.ofServer("mcp-server-1"),
    });
    const before = await read();
    await hub.past.flush();
    expect(await read()).toEqual(before);
    expect(before.hub).toMatchObject({ isWhole: true, stepMs: minute });
    expect(
      before.hub.slots.map(({ at, calls, errors }) => [Date.parse(at) - now, calls, errors]),
    ).toEqual([
      [-5 * minute, 4, 3],
      [-2 * minute, 5, 0],
    ]);
    expect(before.hub.sum).toMatchObject({ calls: 9, errors: 3, bytes: 900 });
    expect(before.hub.servers).toMatchObject([
      {
        serverId: "mcp-server-1",
        calls: 6,
        toolErrors: 1,
        refusals: 1,
        unanswered: 1,
        cancelled: 1,
      },
      { serverId: "billing", calls: 3, errors: 0 },
    ]);
    expect(before.server.items).toMatchObject([
      { method: "tools/call", name: "forecast", calls: 4, errors: 3, p95Ms: 10, maxMs: 10 },
      { method: "tools/call", name: "alerts", calls: 2, cancelled: 1 },
    ]);
  });

  test("the step follows the time asked for, and can be said; hours are the sum of their minutes", async () => {
    const hub = await withServers();
    const now = hub.clock.wall();
    for (let back = 0; back < 3 * 60; back += 1)
      hub.calls.push(calls("billing", now - back * minute, ["ok"]));
    const from = (ms: number) => `from=${new Date(now - ms).toISOString()}`;
    expect((await hub.whole(`?${from(hour)}`)).stepMs).toBe(minute);
    expect((await hub.whole(`?${from(day)}`)).stepMs).toBe(15 * minute);
    expect((await hub.whole(`?${from(30 * day)}`)).stepMs).toBe(6 * hour);
    const byHour = await hub.whole(`?${from(day)}&step=1h`);
    const byMinute = await hub.whole(`?${from(day)}&step=1m`);
    expect(byHour.sum).toEqual(byMinute.sum);
    expect(byHour.sum.calls).toBe(180);
    expect(byHour.slots.map(({ calls }) => calls)).toEqual([59, 60, 60, 1]);
  });

  test("times that cannot be answered are refused with what is expected", async () => {
    const hub = await withServers();
    for (const query of [
      "?from=2026-11-24T00:00:00Z&until=2026-11-23T00:00:00Z",
      "?from=2020-01-01T00:00:00Z&step=1m",
      "?from=yesterday",
      "?step=2m",
      "?range=1h",
    ]) {
      const answer = await hub.ask(`/history${query}`);
      expect([query, answer.status, (await answer.json()).code]).toEqual([
        query,
        400,
        "INVALID_REQUEST",
      ]);
    }
  });

  test("each sees what it may: servers as a whole, tools for themselves, and no sum of what it does not", async () => {
    const hub = await withServers();
    const now = hub.clock.wall();
    hub.calls.push(
      calls("mcp-server-1", now, ["ok", "error"]),
      calls("mcp-server-1", now, ["ok"], "hidden_tool"),
      calls("billing", now, ["ok", "ok", "ok"], "invoice"),
    );
    const one = await hub.whole("", "one");
    expect(one).toMatchObject({ isWhole: false, slots: [], sum: { calls: 3, errors: 1 } });
    expect(one.servers.map(({ serverId }) => serverId)).toEqual(["mcp-server-1"]);
    expect((await hub.ask("/servers/billing/history", "one")).status).toBe(404);
    expect((await hub.ask("/servers/billing/uptime", "one")).status).toBe(404);
    expect((await hub.ask("/servers/nobody/history")).status).toBe(404);
    const narrow = await hub.ofServer("mcp-server-1", "", "narrow");
    expect(narrow).toMatchObject({ isWhole: false, slots: [], sum: { calls: 2, errors: 1 } });
    expect(narrow.items.map(({ name }) => name)).toEqual(["forecast"]);
    expect((await hub.whole("", "narrow")).servers).toEqual([]);
    expect((await hub.app.request("/history")).status).toBe(401);
  });

  test("what is too old goes, but not because of a clock that jumps ahead", async () => {
    const hub = await withServers();
    const now = hub.clock.wall();
    hub.calls.push(calls("billing", now - 26 * hour, ["ok"]), calls("billing", now, ["ok"]));
    await hub.past.flush();
    await hub.past.trim();
    const from = `from=${new Date(now - 2 * day).toISOString()}`;
    expect((await hub.ofServer("billing", `?${from}&step=15m`)).sum.calls).toBe(1);
    expect((await hub.ofServer("billing", `?${from}&step=1h`)).sum.calls).toBe(2);
    // Hub time does not follow: it goes by the monotonic clock, in steps.
    hub.clock.advance(365 * day);
    await hub.past.trim();
    hub.clock.advance(-365 * day);
    expect((await hub.ofServer("billing", `?${from}&step=1h`)).sum.calls).toBe(2);
  });
});

describe("GET /servers/{id}/uptime", () => {
  test("says when a server was what, and nothing of the time that nobody knows", async () => {
    const hub = await withServers();
    const start = hub.clock.wall();
    hub.alive.add("http://10.0.0.1:8002/12");
    await hub.app.request("/servers/mcp-server-1/probe", {
      method: "POST",
      headers: { authorization: "Bearer admin" },
    });
    for (let step = 0; step < 6; step += 1) {
      hub.clock.advance(10_000);
      await hub.past.flush();
    }
    // Nobody looked for an hour.
    hub.clock.advance(hour);
    await hub.past.flush();
    const found = await hub.uptime("mcp-server-1");
    expect(found.stepMs).toBe(day);
    expect(found.slots).toHaveLength(91);
    expect(found.slots.at(-1)?.times).toEqual({ up: minute });
    expect(found.slots[0]?.times).toEqual({});
    expect(found.upShare).toBe(1);
    expect(found.spans).toEqual([
      {
        from: new Date(start).toISOString(),
        to: new Date(start + minute).toISOString(),
        times: { up: minute },
      },
    ]);
    // One that was never reached: not known, and not down.
    expect(await hub.uptime("billing")).toMatchObject({ times: {}, spans: [] });
    expect((await hub.uptime("billing")).upShare).toBeUndefined();
  });
});

test("calls and statuses are there again after a restart, and go with their server", async () => {
  const store = new MemoryStore();
  const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const start = async () => {
    const hub = await startHub({ store: () => store, log: quiet, config: { port: 0 } });
    closeLater(() => hub.stop());
    return hub;
  };
  const upstream = await ModernUpstream.start({ tools: ["forecast"] });
  const first = await start();
  const registered = await fetch(`${first.url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Weather", transport: "http", endpoint: upstream.endpoint }),
  });
  expect(registered.status).toBe(201);
  const read = async (url: string) => {
    const [history, uptime] = await Promise.all(
      ["history", "uptime"].map((part) => fetch(`${url}/servers/weather/${part}`)),
    );
    if (history?.status !== 200 || uptime?.status !== 200) return undefined;
    return {
      history: answerSchema(getServerHistory, 200).parse(await history.json()),
      uptime: answerSchema(getServerUptime, 200).parse(await uptime.json()),
    };
  };
  await until("the server to be up", async () => (await read(first.url))?.uptime.times.up);
  await until("its tools", () => first.registry.get("weather")?.snapshot !== undefined);
  await new ModernClient(first.url).ask("tools/call", { name: "weather__forecast", arguments: {} });
  await first.stop();
  const second = await start();
  const found = await read(second.url);
  expect(found?.history.sum).toMatchObject({ calls: 1 });
  expect(found?.history.items).toMatchObject([{ method: "tools/call", name: "forecast" }]);
  expect(found?.uptime.times.up).toBeGreaterThan(0);
  await fetch(`${second.url}/servers/weather?force=true`, { method: "DELETE" });
  await until("its history to be gone", async () => {
    const rows = await store.series.range({ kind: "minute", serverId: "weather" });
    return rows.length === 0;
  });
  const all = await fetch(`${second.url}/history`);
  expect(answerSchema(getHistory, 200).parse(await all.json()).sum.calls).toBe(1);
});
