import {
  type Clock,
  HubError,
  MemoryStore,
  type ProbeOutcome,
  type Prober,
  type ProbeTarget,
  Registry,
  registrationSchema,
} from "@hub/core";
import type { ProbeOptions } from "@hub/core/probing";
import { afterEach, describe, expect, test } from "vitest";
import { createProbeScheduler, type ProbeScheduler } from "./scheduler.js";

type Call = {
  readonly target: ProbeTarget;
  readonly options: ProbeOptions;
  readonly answer: (ok: boolean) => void;
  readonly crash: () => void;
};

const good = (endpoint: string): ProbeOutcome => ({
  ok: true,
  endpoint,
  transport: "streamable-http",
  latencyMs: 1,
  needsToken: false,
  warnings: [],
});
const bad: ProbeOutcome = {
  ok: false,
  latencyMs: 1,
  tried: [],
  finding: { step: "connect", code: "NOTHING_LISTENS", cause: "Nothing.", fix: "Start it." },
};

/** A registry on a clock that only the test moves, and a prober that answers when the test says so. */
async function world(options: { readonly concurrency?: number } = {}) {
  let now = 1_000;
  const clock: Clock = { wall: () => 1_700_000_000_000 + now, monotonic: () => now };
  const calls: Call[] = [];
  const timers: { run: () => void; at: number }[] = [];
  const errors: unknown[] = [];
  const prober: Prober = {
    probe: (target, probeOptions) =>
      new Promise((resolve, reject) => {
        const answer = (ok: boolean) => resolve(ok ? good(target.endpoint) : bad);
        const crash = () => reject(new Error("bug"));
        calls.push({ target, options: probeOptions, answer, crash });
        probeOptions.signal?.addEventListener("abort", () => answer(false));
      }),
  };
  let leases = 0;
  const registry = await Registry.open({
    store: new MemoryStore(),
    clock,
    nothingListens: async () => false,
    newLeaseId: () => {
      leases += 1;
      return `lease-${leases}`;
    },
    random: () => 0.5,
  });
  const scheduler = createProbeScheduler({
    registry,
    prober,
    clock,
    log: { error: (event) => errors.push(event) },
    ...options,
    setTimer: (run, ms) => {
      const timer = { run, at: now + ms };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer) >>> 0, 1);
    },
  });
  schedulers.push(scheduler);
  return {
    registry,
    scheduler,
    calls,
    errors,
    timers,
    register: (name: string, endpoint: string) =>
      registry.register(registrationSchema.parse({ name, endpoint, transport: "http" })),
    status: (id: string) => registry.get(id)?.instances[0]?.health.status,
    /** Moves the clock on, timer by timer. */
    async advance(ms: number) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = Math.max(now, next.at);
        timers.splice(timers.indexOf(next), 1);
        next.run();
      }
      now = end;
      await settle();
    },
  };
}

const schedulers: ProbeScheduler[] = [];
afterEach(async () => {
  await Promise.all(schedulers.splice(0).map((one) => one.stop()));
});

/** Lets everything run that waits for no timer. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("probes that are due", () => {
  test("a registration is probed at once and in full, and its outcome recorded", async () => {
    const { scheduler, register, calls, status, advance } = await world();
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(20);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.options).toMatchObject({ full: true, timeoutMs: 5_000 });
    calls[0]?.answer(true);
    await advance(20);
    expect(status("a")).toBe("up");
  });

  test("the next probe comes when it is due, not before", async () => {
    const { scheduler, register, calls, advance } = await world();
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(20);
    calls[0]?.answer(true);
    await advance(29_000);
    expect(calls).toHaveLength(1);
    await advance(2_000);
    expect(calls).toHaveLength(2);
  });

  test("a server that registers before it listens is asked again within half a second", async () => {
    const { scheduler, register, calls, advance, status } = await world();
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(20);
    calls[0]?.answer(false);
    await advance(600);
    expect(calls).toHaveLength(2);
    calls[1]?.answer(true);
    await advance(20);
    expect(status("a")).toBe("up");
  });

  test("an instance is never probed twice at the same time", async () => {
    const { scheduler, register, calls, advance } = await world();
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(120_000);
    expect(calls).toHaveLength(1);
  });

  test("the sweep runs on time while probes hang", async () => {
    const { scheduler, register, registry, advance } = await world();
    let sweeps = 0;
    const sweep = registry.sweep.bind(registry);
    registry.sweep = () => {
      sweeps += 1;
      sweep();
    };
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(50_500);
    expect(sweeps).toBe(10);
  });

  test("a prober that rejects is a failed probe and an error in the log", async () => {
    const { scheduler, register, calls, errors, registry, advance } = await world();
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(20);
    calls[0]?.crash();
    await advance(20);
    const { failures, outcome } = registry.get("a")?.instances[0]?.health ?? {};
    expect(failures).toBe(1);
    expect(outcome).toMatchObject({ finding: { code: "HUB_FAULT" } });
    expect(errors).toEqual(["probe-crashed"]);
    await advance(600);
    expect(calls).toHaveLength(2);
  });

  test("a sweep that throws does not end the schedule", async () => {
    const { scheduler, register, calls, errors, registry, advance } = await world();
    registry.sweep = () => {
      throw new Error("bug");
    };
    scheduler.start();
    await advance(6_000);
    expect(errors).toEqual(["probe-schedule-crashed"]);
    await register("a", "http://127.0.0.1:1/mcp");
    await advance(20);
    expect(calls).toHaveLength(1);
  });
});

describe("places", () => {
  test("one host gets four, and all others the rest", async () => {
    const { scheduler, register, calls, advance } = await world({ concurrency: 8 });
    scheduler.start();
    for (let index = 0; index < 20; index += 1)
      await register(`hang ${index}`, `http://127.0.0.1:1/${index}`);
    for (let index = 0; index < 3; index += 1)
      await register(`good ${index}`, `http://127.0.0.1:${index + 10}/mcp`);
    await advance(20);
    const hosts = calls.map(({ target }) => new URL(target.endpoint).port);
    expect(hosts.filter((port) => port === "1" || port === "")).toHaveLength(4);
    expect(hosts.slice(4).sort()).toEqual(["10", "11", "12"]);
    calls[0]?.answer(true);
    await advance(20);
    expect(calls).toHaveLength(8);
  });

  test("hosts that failed before hold half of them at most", async () => {
    const { scheduler, register, calls, advance } = await world({ concurrency: 8 });
    scheduler.start();
    for (let index = 0; index < 20; index += 1)
      await register(`hang ${index}`, `http://127.0.0.1:${index + 1}/mcp`);
    await advance(20);
    // Each is new, so the first round fills every place; then all have failed once.
    for (let index = 0; index < calls.length && index < 20; index += 1) {
      calls[index]?.answer(false);
      await advance(20);
    }
    const before = calls.length;
    await advance(2_000);
    expect(calls.length - before).toBeLessThanOrEqual(4);
    await register("good", "http://127.0.0.1:99/mcp");
    await advance(20);
    expect(calls.at(-1)?.target.endpoint).toBe("http://127.0.0.1:99/mcp");
  });
});

describe("probeNow", () => {
  test("resolves when the outcome is recorded, and is shared by those who ask together", async () => {
    const { scheduler, register, calls, status, advance } = await world();
    await register("a", "http://127.0.0.1:1/mcp");
    const asked = [scheduler.probeNow("a"), scheduler.probeNow("a"), scheduler.probeNow("a")];
    await advance(20);
    expect(calls).toHaveLength(1);
    expect(calls[0]?.options.full).toBe(true);
    calls[0]?.answer(true);
    await Promise.all(asked);
    expect(status("a")).toBe("up");
  });

  test("within a second the last answer is good enough", async () => {
    const { scheduler, register, calls, advance } = await world();
    await register("a", "http://127.0.0.1:1/mcp");
    const first = scheduler.probeNow("a");
    await advance(20);
    calls[0]?.answer(true);
    await first;
    await scheduler.probeNow("a");
    expect(calls).toHaveLength(1);
    await advance(1_001);
    void scheduler.probeNow("a");
    await advance(20);
    expect(calls).toHaveLength(2);
    calls[1]?.answer(true);
  });

  test("an unknown server is an error with a code", async () => {
    const { scheduler } = await world();
    const error = await scheduler.probeNow("nobody").catch((reason: unknown) => reason);
    expect(HubError.is(error) && error.code).toBe("SERVER_NOT_FOUND");
  });
});

describe("stop", () => {
  test("gives up what runs, records nothing of it, and leaves no timer", async () => {
    const { scheduler, register, calls, registry, timers, advance } = await world({
      concurrency: 1,
    });
    scheduler.start();
    await register("a", "http://127.0.0.1:1/mcp");
    await register("b", "http://127.0.0.1:2/mcp");
    await advance(20);
    const asked = scheduler.probeNow("b").catch((reason: unknown) => reason);
    await scheduler.stop();
    expect(calls).toHaveLength(1);
    expect(calls[0]?.options.signal?.aborted).toBe(true);
    expect(registry.get("a")?.instances[0]?.health.failures).toBe(0);
    const error = await asked;
    expect(HubError.is(error) && error.code).toBe("SHUTTING_DOWN");
    expect(timers).toEqual([]);
  });
});
