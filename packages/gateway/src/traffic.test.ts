import { describe, expect, test } from "vitest";
import { Traffic, type TrafficOptions } from "./traffic.js";

function start(options: TrafficOptions = {}) {
  let hub = 0;
  const traffic = new Traffic(() => ({ hub, wall: 1_000_000 + hub, steady: hub }), options);
  const call = (name: string, ms: number, outcome: "ok" | "error" | "cancelled" = "ok") => {
    const running = traffic.begin("a", "tools/call", name, "client");
    running.bytes += 10;
    hub += ms;
    running.end(outcome);
    running.end("error");
  };
  return { traffic, call };
}

describe("the traffic", () => {
  test("counts calls, errors, bytes and what is under way, by server and name", () => {
    const { traffic, call } = start();
    call("x", 5);
    call("x", 5, "error");
    call("x", 5, "cancelled");
    call("y", 5);
    const running = traffic.begin("a", "tools/call", "x", undefined);
    expect(traffic.rows("a")).toMatchObject([
      { name: "x", calls: 3, errors: 1, inFlight: 1, bytes: 30, maxMs: 5 },
      { name: "y", calls: 1, errors: 0, inFlight: 0, bytes: 10 },
    ]);
    running.end("ok");
    expect(traffic.rows("b")).toEqual([]);
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

  test("keeps the last calls, newest first, and no more", () => {
    const { traffic, call } = start({ kept: 3 });
    for (const name of ["a", "b", "c", "d", "e"]) call(name, 1);
    const names = (limit: number, server?: string) =>
      traffic.recent(limit, server).map(({ name }) => name);
    expect(names(10)).toEqual(["e", "d", "c"]);
    expect(names(2, "a")).toEqual(["e", "d"]);
    expect(names(10, "other")).toEqual([]);
  });

  test("forgets servers that are gone, but not while something runs there", () => {
    const { traffic, call } = start();
    call("x", 1);
    const running = traffic.begin("b", "tools/call", "x", undefined);
    traffic.retain(new Set());
    expect(traffic.rows().map(({ serverId }) => serverId)).toEqual(["b"]);
    running.end("ok");
    traffic.retain(new Set());
    expect(traffic.rows()).toEqual([]);
  });
});
