import { openPrincipal } from "@hub/core/access";
import { describe, expect, test } from "vitest";
import { Traffic, type TrafficOptions } from "./traffic.js";

/** The beginning of a minute. */
const startedAt = 30_000_000 * 60_000;

function start(options: TrafficOptions = {}) {
  let hub = 0;
  const traffic = new Traffic(() => ({ hub, wall: startedAt + hub, steady: hub }), options);
  const call = (name: string, ms: number, outcome: "ok" | "error" | "cancelled" = "ok") => {
    const running = traffic.begin("a", "tools/call", name, {
      client: "client",
      principal: openPrincipal,
    });
    running.bytes += 10;
    hub += ms;
    running.end(outcome);
    running.end("error");
  };
  const wait = (ms: number) => {
    hub += ms;
  };
  return { traffic, call, wait };
}

describe("the traffic", () => {
  test("counts calls, errors, bytes and what is under way, by server and name", () => {
    const { traffic, call } = start();
    call("x", 5);
    call("x", 5, "error");
    call("x", 5, "cancelled");
    call("y", 5);
    const running = traffic.begin("a", "tools/call", "x", { principal: openPrincipal });
    expect(traffic.rows("a")).toMatchObject([
      {
        name: "x",
        calls: 3,
        errors: 1,
        refusals: 1,
        toolErrors: 0,
        inFlight: 1,
        bytes: 30,
        maxMs: 5,
      },
      { name: "y", calls: 1, errors: 0, inFlight: 0, bytes: 10 },
    ]);
    running.end("ok");
    expect(traffic.rows("b")).toEqual([]);
  });

  test("leaves a record that was given out as it was, when later calls take its place", () => {
    const { traffic, call } = start({ kept: 2 });
    call("x", 1);
    const [given] = traffic.recent(1);
    for (const name of ["y", "z", "w"]) call(name, 7);
    expect(given).toMatchObject({ name: "x", at: startedAt, durationMs: 1 });
    expect(traffic.recent(5).map(({ name }) => name)).toEqual(["w", "z"]);
  });

  test("knows how long calls take to within a quarter", () => {
    const { traffic, call } = start();
    for (let ms = 1; ms <= 100; ms += 1) call("x", ms);
    const [row] = traffic.rows();
    expect(row?.p50Ms).toBeGreaterThanOrEqual(50);
    expect(row?.p50Ms).toBeLessThan(50 * 1.25);
    expect(row?.p95Ms).toBeGreaterThanOrEqual(95);
    expect(row?.p95Ms).toBeLessThanOrEqual(100);
    expect(row?.maxMs).toBe(100);
  });

  test("sums up each server, with the latencies of all its calls", () => {
    const { traffic, call } = start();
    for (let count = 0; count < 60; count += 1) call("quick", 1);
    for (let count = 0; count < 40; count += 1) call("slow", 100, "error");
    traffic.begin("a", "tools/call", "quick", { principal: openPrincipal });
    traffic.begin("b", "tools/list", undefined, { principal: openPrincipal }).end("ok");
    const [sum, other] = traffic.servers();
    expect(sum).toMatchObject({ serverId: "a", calls: 100, errors: 40, inFlight: 1, bytes: 1_000 });
    expect(sum).toMatchObject({ p50Ms: 1, p95Ms: 100, maxMs: 100, callsPerMinute: 100 });
    expect(other).toMatchObject({ serverId: "b", calls: 1, errors: 0 });
    expect(traffic.servers("b")).toEqual([other]);
  });

  test("keeps the last calls, newest first, and no more", () => {
    const { traffic, call } = start({ kept: 3 });
    for (const name of ["a", "b", "c", "d", "e"]) call(name, 1);
    const names = (limit: number, server?: string) =>
      traffic.recent(limit, server).map(({ name }) => name);
    expect(names(10)).toEqual(["e", "d", "c"]);
    expect(names(2, "a")).toEqual(["e", "d"]);
    expect(names(10, "other")).toEqual([]);
  });

  test("knows what is under way at other hubs, all of it where names are too many, until they are gone", () => {
    const { traffic } = start();
    const running = (name: string) =>
      ({ serverId: "a", method: "tools/call", name, inFlight: 2 }) as const;
    traffic.hearRunning("other", [running("x"), running("y")]);
    traffic.hearRunning("third", [running("x")]);
    expect(traffic.rows("a").map(({ name, inFlight }) => [name, inFlight])).toEqual([
      ["x", 4],
      ["y", 2],
    ]);
    const many = Array.from({ length: 20_100 }, (_, index) => running(`tool ${index}`));
    traffic.hearRunning("other", many);
    traffic.retainHubs(new Set(["other"]));
    expect(traffic.servers()).toMatchObject([{ serverId: "a", inFlight: 40_200 }]);
    expect(traffic.rows("a").length).toBeLessThan(many.length);
    traffic.retainHubs(new Set());
    expect(traffic.servers()).toMatchObject([{ serverId: "a", inFlight: 0 }]);
  });

  test("forgets servers that are gone, but not while something runs there", () => {
    const { traffic, call } = start();
    call("x", 1);
    const running = traffic.begin("b", "tools/call", "x", { principal: openPrincipal });
    traffic.retain(new Set());
    expect(traffic.rows().map(({ serverId }) => serverId)).toEqual(["b"]);
    running.end("ok");
    traffic.retain(new Set());
    expect(traffic.rows()).toEqual([]);
  });

  test("knows the calls of the last 60 seconds, and forgets them in the minute after", () => {
    const { traffic, call, wait } = start();
    const rate = () => traffic.rows().map(({ name, callsPerMinute }) => [name, callsPerMinute]);
    for (let count = 0; count < 10; count += 1) call("x", 1);
    expect(rate()).toEqual([["x", 10]]);
    // A quarter of the minute after: three quarters of the one before lie within 60 seconds.
    wait(75_000 - 10);
    expect(rate()).toEqual([["x", 7.5]]);
    call("x", 0);
    expect(rate()).toEqual([["x", 8.5]]);
    wait(120_000);
    expect(rate()).toEqual([["x", 0]]);
    call("x", 0);
    expect(rate()).toEqual([["x", 1]]);
  });

  test("has the calls and errors of each minute of the last hour, of one server and of all", () => {
    const { traffic, call, wait } = start();
    call("x", 0);
    call("y", 0, "error");
    wait(60_000);
    call("x", 0, "cancelled");
    traffic.begin("b", "tools/call", "x", { principal: openPrincipal }).end("hub-error");
    const counted = (server?: string) =>
      traffic
        .minutes(server)
        .filter(({ calls }) => calls > 0)
        .map(({ at, calls, errors }) => [(at - startedAt) / 60_000, calls, errors]);
    expect(counted()).toEqual([
      [0, 2, 1],
      [1, 2, 1],
    ]);
    expect(counted("a")).toEqual([
      [0, 2, 1],
      [1, 1, 0],
    ]);
    expect(counted("b")).toEqual([[1, 1, 1]]);
    expect(counted("nobody")).toEqual([]);
    const minutes = traffic.minutes();
    expect(minutes).toHaveLength(60);
    expect(minutes.at(-1)?.at).toBe(startedAt + 60_000);
    expect(minutes[0]?.at).toBe(startedAt - 58 * 60_000);
    wait(59 * 60_000);
    expect(counted()).toEqual([[1, 2, 1]]);
    wait(60_000);
    expect(counted()).toEqual([]);
  });

  test("gives what was counted since to whoever keeps it, by minute, each call once", () => {
    const { traffic, call, wait } = start();
    call("x", 0);
    call("x", 0, "error");
    wait(60_000);
    call("x", 0);
    call("y", 0, "cancelled");
    traffic.retain(new Set());
    const drained = () =>
      traffic
        .drain()
        .map(({ serverId, name, at, counts }) => [
          serverId,
          name,
          (at - startedAt) / 60_000,
          counts.calls,
          counts.refusals,
        ]);
    expect(drained()).toEqual([
      ["a", "x", 0, 2, 1],
      ["a", "x", 1, 1, 0],
      ["a", "y", 1, 1, 0],
    ]);
    expect(drained()).toEqual([]);
    call("x", 0);
    expect(drained()).toEqual([["a", "x", 1, 1, 0]]);
  });

  test("forgets the minutes of a server that is gone, but not that there were calls", () => {
    const { traffic, call } = start();
    call("x", 0);
    traffic.retain(new Set());
    expect(traffic.minutes("a").at(-1)?.calls).toBe(0);
    expect(traffic.minutes().at(-1)?.calls).toBe(1);
  });
});
