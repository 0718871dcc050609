import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServerStatus } from "../entry.js";
import { MemorySeriesStore } from "./memory-series-store.js";
import { type SeenStatus, StatusSeries } from "./status-series.js";
import { statusSlots, sumTimes } from "./status-spans.js";

const start = 1_790_000_000_000;
const minute = 60_000;
const hour = 60 * minute;

/** A hub with a clock that one can set, and servers that one can change. */
class Life {
  readonly store = new MemorySeriesStore();
  readonly now = new Map<string, ServerStatus>();
  wall = start;
  monotonic = 0;
  series!: StatusSeries;

  static async begin(): Promise<Life> {
    const life = new Life();
    await life.boot();
    return life;
  }

  /** A new process; whatever was not written by the last one is gone. */
  async boot(): Promise<void> {
    this.monotonic = 0;
    for (const id of this.now.keys()) this.now.set(id, "pending");
    this.series = await StatusSeries.open({
      store: this.store,
      clock: { wall: () => this.wall, monotonic: () => this.monotonic },
      statuses: () => this.#seen(),
    });
  }

  *#seen(): Iterable<SeenStatus> {
    for (const [serverId, status] of this.now) yield { serverId, status };
  }

  be(status: ServerStatus, serverId = "a"): void {
    this.now.set(serverId, status);
    this.series.observe({ serverId, status });
  }

  /** Time goes by as it does, and the hub looks now and then. */
  async live(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 10_000) {
      const step = Math.min(left, 10_000);
      this.wall += step;
      this.monotonic += step;
      await this.series.flush();
    }
  }

  async spans(serverId = "a", from = 0, until = Number.MAX_SAFE_INTEGER) {
    const spans = await this.series.spans(serverId, from, until);
    return spans.map((span) => [span.from - start, span.to - start, span.times]);
  }
}

describe("statuses over time", () => {
  test("each lasts until the next one, and the last one until now", async () => {
    const life = await Life.begin();
    life.be("up");
    await life.live(5 * minute);
    life.be("unreachable");
    await life.live(2 * minute);
    expect(await life.spans()).toEqual([
      [0, 5 * minute, { up: 5 * minute }],
      [5 * minute, 7 * minute, { unreachable: 2 * minute }],
    ]);
    expect(await life.spans("a", start + 4 * minute, start + 6 * minute)).toEqual([
      [4 * minute, 5 * minute, { up: minute }],
      [5 * minute, 6 * minute, { unreachable: minute }],
    ]);
    expect(await life.spans("b")).toEqual([]);
  });

  test("a hub that was killed knows what it saw up to its last look, and nothing of the time without it", async () => {
    const life = await Life.begin();
    life.be("up");
    await life.live(minute);
    // Never written: it was killed.
    life.wall += 5_000;
    life.be("down");
    life.wall += 3 * hour;
    await life.boot();
    await life.live(10_000);
    life.be("up");
    await life.live(minute);
    expect(await life.spans()).toEqual([
      [0, minute, { up: minute }],
      [minute + 3 * hour + 15_000, 2 * minute + 3 * hour + 15_000, { up: minute }],
    ]);
    const slots = statusSlots(
      await life.series.spans("a", start, life.wall),
      start,
      life.wall,
      hour,
    );
    // Not down: not known.
    expect(slots.map(({ times }) => Object.keys(times))).toContainEqual([]);
    expect(slots.every(({ times }) => times.down === undefined)).toBe(true);
  });

  test("a machine that slept, or a process that stood still, saw nothing meanwhile", async () => {
    const life = await Life.begin();
    life.be("up");
    await life.live(minute);
    life.wall += 8 * hour;
    await life.live(minute);
    life.wall += hour;
    life.monotonic += hour;
    await life.live(minute);
    const asleep = 8 * hour + 10_000;
    expect(await life.spans()).toEqual([
      [0, minute, { up: minute }],
      [minute + asleep, 2 * minute + 8 * hour, { up: 50_000 }],
      [2 * minute + 9 * hour + 10_000, 3 * minute + 9 * hour, { up: 50_000 }],
    ]);
  });

  test("a clock that goes back takes the time with it that has not been yet", async () => {
    const life = await Life.begin();
    life.be("up");
    await life.live(2 * hour);
    life.be("down");
    await life.live(hour);
    life.wall -= 2 * hour;
    await life.live(minute);
    expect(await life.spans()).toEqual([
      [0, hour + 10_000, { up: hour + 10_000 }],
      [hour + 10_000, hour + minute, { down: 50_000 }],
    ]);
    // Also when it goes back while no hub runs.
    life.wall -= hour;
    await life.boot();
    life.be("up");
    await life.live(minute);
    expect(await life.spans()).toEqual([
      [0, minute, { up: minute }],
      [minute, 2 * minute, { up: minute }],
    ]);
  });

  test("a clock that is set right by a little changes nothing", async () => {
    const life = await Life.begin();
    life.be("up");
    await life.live(minute);
    life.wall -= 2_000;
    await life.live(minute);
    expect(await life.spans()).toEqual([[0, 2 * minute - 2_000, { up: 2 * minute - 2_000 }]]);
  });

  test("one that changes all the time has few rows, and its times stay what they were", async () => {
    const life = await Life.begin();
    let up = 0;
    for (let round = 0; round < 1_000; round += 1) {
      life.be("up");
      await life.live(20_000);
      up += 20_000;
      life.be("unreachable");
      await life.live(10_000);
      if (round === 500) {
        life.wall += hour;
        await life.boot();
      }
    }
    const rows = await life.store.range({ kind: "status", serverId: "a" });
    expect(rows.length).toBeLessThan(450);
    const spans = await life.series.spans("a", 0, life.wall);
    const times = sumTimes(spans, 0, life.wall);
    expect(times.up).toBeCloseTo(up, 3);
    expect(times.unreachable).toBeCloseTo(10_000 * 1_000, 3);
    expect(spans.at(-1)?.times).toEqual({ unreachable: 10_000 });
  });

  test("a server that is gone is forgotten", async () => {
    const life = await Life.begin();
    life.be("up");
    await life.live(minute);
    life.now.delete("a");
    await life.series.forget("a");
    await life.live(minute);
    expect(await life.spans()).toEqual([]);
    expect(await life.store.range({ kind: "status", serverId: "a" })).toEqual([]);
  });

  test("whatever the clock and the hub do, spans are in order, apart, and never of what is to come", async () => {
    const step = fc.oneof(
      fc.record({ be: fc.constantFrom<ServerStatus>("up", "down", "pending", "suspect") }),
      fc.record({ live: fc.integer({ min: 1, max: 10 * minute }) }),
      fc.record({ jump: fc.integer({ min: -2 * hour, max: 2 * hour }) }),
      fc.record({ restart: fc.integer({ min: -hour, max: hour }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const life = await Life.begin();
        for (const one of steps) {
          if ("be" in one) life.be(one.be);
          else if ("live" in one) await life.live(one.live);
          else if ("jump" in one) life.wall += one.jump;
          else {
            life.wall += one.restart;
            await life.boot();
          }
        }
        await life.live(minute);
        const spans = await life.series.spans("a", 0, Number.MAX_SAFE_INTEGER);
        let last = Number.NEGATIVE_INFINITY;
        for (const { from, to, times } of spans) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          const sum = Object.values(times).reduce((total, time) => total + time, 0);
          expect(sum).toBeLessThanOrEqual(to - from + 0.001);
          last = to;
        }
        // A clock that is a little behind stands still until it has caught up.
        expect(last).toBeLessThanOrEqual(life.wall + 5_000);
        const slots = statusSlots(spans, start - 3 * hour, life.wall, hour);
        for (const { times } of slots)
          expect(Object.values(times).reduce((total, time) => total + time, 0)).toBeLessThanOrEqual(
            hour + 0.001,
          );
      }),
      { numRuns: 60 },
    );
  });
});
