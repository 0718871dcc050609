import { BudgetBook, type Entry, type InstanceStatus } from "@hub/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { GatewayFailure } from "../errors.js";
import { Faults } from "../faults.js";
import type { UpstreamInstance } from "./instances.js";
import type { Place } from "./restart-queue.js";
import { lookEveryMs, Restarts, type WaitingCall } from "./restarts.js";

const restartMs = 10_000;
const mostCalls = 6;

type Ended = "sent" | "failed" | "cancelled";

class Call implements WaitingCall {
  readonly serverId = "one";
  readonly peer = "somebody";
  readonly bytes = 10;
  readonly principalId: string;
  readonly cameAt: number;
  place: Place | undefined;
  ended: Ended | undefined;
  endedAt = 0;
  failure: GatewayFailure | undefined;
  readonly #world: World;

  constructor(world: World, principalId: string) {
    this.#world = world;
    this.principalId = principalId;
    this.cameAt = world.now;
  }

  send(): void {
    expect(this.ended).toBeUndefined();
    this.#world.dial(this);
  }

  fail(failure: GatewayFailure): void {
    this.failure = failure;
    this.end("failed");
  }

  cancel(): void {
    this.end("cancelled");
  }

  stillWaits(): void {
    expect(this.ended).toBeUndefined();
  }

  end(how: Ended): void {
    // No call ends twice.
    expect(this.ended).toBeUndefined();
    this.ended = how;
    this.endedAt = this.#world.now;
  }
}

/** One server that comes and goes, with time and timers of the test's own. */
class World {
  now = 1_000;
  status: InstanceStatus | "left" = "up";
  /** Whether something listens there, whatever the hub believes. */
  listens = true;
  statusSince = 0;
  isRemoved = false;
  readonly calls: Call[] = [];
  /** Those that got through, in order. */
  readonly sent: Call[] = [];
  readonly budgets = new BudgetBook({ restartCalls: mostCalls });
  readonly faults: unknown[] = [];
  readonly restarts: Restarts;
  readonly #timers = new Map<() => void, number>();
  readonly #instance = { aliveAt: 0, knownSince: 0, endpoint: "there" };

  constructor() {
    this.restarts = new Restarts({
      catalogue: { get: () => this.entry, now: () => this.#now() },
      instances: { first: () => this.#best(), of: () => this.#instances() },
      budgets: this.budgets,
      limits: { restartMs },
      faults: new Faults((error) => this.faults.push(error)),
      knock: async () => this.listens,
      refresh: async () => this.become("up"),
      setTimer: (run, ms) => {
        this.#timers.set(run, this.now + ms);
        return () => this.#timers.delete(run);
      },
    });
  }

  get entry(): Entry | undefined {
    if (this.isRemoved) return undefined;
    const { status, statusSince } = this;
    const instances =
      status === "left"
        ? []
        : [
            {
              record: { id: "a" },
              health: { status, statusSince, unansweredSince: statusSince, statusSinceWall: 0 },
            },
          ];
    const record = { id: "one", name: "one", emptySince: statusSince };
    return { record, instances } as unknown as Entry; // what is looked at here
  }

  become(status: InstanceStatus | "left"): void {
    if (status === "left" || status === "suspect") this.listens = false;
    if (status === "up") {
      if (!this.listens) return;
      this.#instance.aliveAt = this.now;
    }
    if (status !== this.status) this.statusSince = this.now;
    this.status = status;
    this.restarts.look("one");
  }

  /** A call comes, as the gateway takes it. */
  come(principalId: string): void {
    const call = new Call(this, principalId);
    this.calls.push(call);
    const { entry } = this;
    const mustWait = entry !== undefined && this.restarts.mustWait(entry, this.#best());
    if (!mustWait || !this.restarts.hold(call, entry)) this.dial(call);
  }

  dial(call: Call): void {
    const { entry } = this;
    if (this.listens && this.#best() !== undefined) {
      this.#instance.aliveAt = this.now;
      this.sent.push(call);
      call.end("sent");
      return;
    }
    if (entry === undefined) {
      call.end("failed");
      return;
    }
    if (this.status === "up") this.become("suspect");
    const failure = {
      code: "SERVER_UNAVAILABLE",
      cause: "nothing listens there.",
      mayHaveRun: false,
      isAway: true,
    } as const;
    if (!this.restarts.hold(call, entry, failure)) call.fail(failure);
  }

  /** Lets time pass, timer by timer, and what was asked be answered. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const next = [...this.#timers].sort(([, a], [, b]) => a - b)[0];
      if (next === undefined || next[1] > until) break;
      this.#timers.delete(next[0]);
      this.now = Math.max(this.now, next[1]);
      next[0]();
      await settled();
    }
    this.now = until;
    await settled();
  }

  get waiting(): readonly Call[] {
    return this.calls.filter(({ ended }) => ended === undefined);
  }

  #now() {
    return { hub: this.now, wall: this.now, steady: this.now };
  }

  #instances(): readonly UpstreamInstance[] {
    const { status } = this;
    if (status === "left") return [];
    return [{ ...this.#instance, status } as UpstreamInstance]; // what is looked at here
  }

  #best(): UpstreamInstance | undefined {
    return this.#instances().find(({ status }) => status !== "draining" && status !== "down");
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("call" as const), who: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("status" as const),
      status: fc.constantFrom("up", "suspect", "draining", "left", "pending", "down" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("listen" as const), yes: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("pass" as const), ms: fc.nat(12_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("leave" as const), which: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("end-of" as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ do: "remove" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "drain" as const }) },
);

test("whatever happens: in order, once, bounded in number and time, and each has its end", async () => {
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (schedule) => {
      const world = new World();
      let isDraining = false;
      for (const one of schedule) {
        steps += 1;
        if (one.do === "call") world.come(`p${one.who}`);
        else if (one.do === "status") world.become(one.status as InstanceStatus | "left");
        else if (one.do === "listen") world.listens = one.yes;
        else if (one.do === "pass") await world.pass(one.ms);
        else if (one.do === "end-of") {
          world.restarts.endOf(`p${one.who}`);
          expect(world.waiting.some(({ principalId }) => principalId === `p${one.who}`)).toBe(
            false,
          );
        } else if (one.do === "remove") world.isRemoved = true;
        else if (one.do === "drain") {
          isDraining = true;
          world.restarts.drain();
        } else {
          const call = world.waiting[one.which];
          if (call !== undefined) {
            world.restarts.leave(call);
            call.cancel();
          }
        }
        await settled();
        expect(world.faults).toEqual([]);
        expect(world.waiting.length).toBeLessThanOrEqual(mostCalls);
        expect(world.budgets.shares("allRestartCalls").size).toBe(world.waiting.length);
        for (const { cameAt } of world.waiting)
          expect(world.now - cameAt).toBeLessThanOrEqual(restartMs + lookEveryMs);
        if (isDraining) expect(world.waiting).toEqual([]);
      }
      // Nobody overtakes those that wait.
      const arrivals = world.sent.flatMap(({ place }) => place?.arrival ?? []);
      expect(arrivals).toEqual([...arrivals].sort((a, b) => a - b));
      await world.pass(restartMs + lookEveryMs);
      expect(world.faults).toEqual([]);
      expect(world.waiting).toEqual([]);
      expect(world.budgets.shares("allRestartCalls").size).toBe(0);
      expect(world.budgets.byteShares("restartBytes").total).toBe(0);
    }),
    { numRuns: 500 },
  );
  expect(steps).toBeGreaterThan(500);
}, 120_000);

test("a server that listens again is called within two looks", async () => {
  const world = new World();
  world.listens = false;
  world.come("p0");
  await world.pass(3_000);
  expect(world.waiting).toHaveLength(1);
  world.listens = true;
  await world.pass(2 * lookEveryMs);
  expect(world.sent).toHaveLength(1);
});

test("who has been away for long is waited for less and less, and then not at all", async () => {
  const waits: number[] = [];
  for (const awayMs of [0, 15_000, 20_000, 25_000, 29_000, 30_000, 600_000]) {
    const world = new World();
    world.become("left");
    await world.pass(awayMs);
    world.come("p0");
    await world.pass(2 * restartMs);
    const [call] = world.calls;
    expect(call?.ended).toBe("failed");
    waits.push((call?.endedAt ?? 0) - (call?.cameAt ?? 0));
  }
  const expected = [10_000, 10_000, 10_000, 5_000, 1_000, 0, 0];
  for (const [index, ms] of waits.entries()) {
    expect(ms).toBeGreaterThanOrEqual(expected[index] ?? 0);
    expect(ms).toBeLessThanOrEqual((expected[index] ?? 0) + lookEveryMs);
  }
});
