import { setMaxListeners } from "node:events";
import {
  type Clock,
  HubError,
  type ProbeOutcome,
  type Prober,
  type Registry,
  systemClock,
} from "@hub/core";
import type { ProbeTask } from "@hub/core/probing";
import { createFairLimiter } from "./fair-limiter.js";

type SchedulerLog = {
  error(event: string, fields: Readonly<Record<string, unknown>>): void;
};

export type ProbeSchedulerDeps = {
  readonly registry: Registry;
  readonly prober: Prober;
  readonly clock?: Clock;
  readonly log: SchedulerLog;
  /** Probes that run at the same time. Default: 32. */
  readonly concurrency?: number;
  /** Calls `run` once after `ms` and returns how to prevent that. Default: an unref'd timer. */
  readonly setTimer?: (run: () => void, ms: number) => () => void;
};

export type ProbeScheduler = {
  /** Begins to probe what is due, and to sweep. */
  start(): void;
  /**
   * Probes all instances of a server in full and resolves when that is recorded. Calls that come
   * together, or within a second after, share one probe. Throws SERVER_NOT_FOUND, SHUTTING_DOWN.
   */
  probeNow(serverId: string): Promise<void>;
  /** Like `probeNow`, but shares only a probe that begins after this call: something has just changed. */
  probeAgain(serverId: string): Promise<void>;
  /** Gives up the probes that run, without recording them, and resolves when all have ended. */
  stop(): Promise<void>;
};

const probeNowSpacingMs = 1_000;
const longestSleepMs = 60_000;
const afterCrashMs = 1_000;
/** Looking through all instances costs time; a flood of registrations must not ask for it each time. */
const pumpSpacingMs = 20;
/** Due probes taken from the registry at once; those that cannot run yet wait here. */
const takenAtOnce = 256;

/** Runs the registry's probes when they are due, and its sweep. */
export function createProbeScheduler(deps: ProbeSchedulerDeps): ProbeScheduler {
  const { registry, prober, log } = deps;
  const clock = deps.clock ?? systemClock;
  const setTimer = deps.setTimer ?? unreferencedTimer;
  const stopping = new AbortController();
  // Every running probe listens to it.
  setMaxListeners(0, stopping.signal);
  /** Probes that wait for a place, by instance. A newer one takes the place of an older one. */
  const waiting = new Map<string, { task: ProbeTask; ended: Promise<void> }>();
  const asked = new Map<string, { readonly promise: Promise<void>; endedAt?: number }>();
  const limiter = createFairLimiter({ most: deps.concurrency ?? 32 });
  let nextSweepAt = 0;
  let cancelTimer: () => void = () => undefined;
  let cancelLook: () => void = () => undefined;
  let stopListening: () => void = () => undefined;
  let isWoken = false;
  let pumpedAt = Number.NEGATIVE_INFINITY;

  function tell(event: string, error: unknown): void {
    log.error(event, {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }

  async function run(task: ProbeTask): Promise<void> {
    if (stopping.signal.aborted) return;
    let outcome: ProbeOutcome;
    try {
      outcome = await prober.probe(task.target, {
        full: task.full,
        timeoutMs: registry.settings.probeTimeoutMs,
        signal: stopping.signal,
      });
    } catch (error) {
      // A prober never rejects; one that does must not take the schedule down.
      tell("probe-crashed", error);
      outcome = crashed;
    }
    // A probe that was given up says nothing about the server.
    if (!stopping.signal.aborted) registry.recordProbe(task, outcome);
  }

  function submit(task: ProbeTask, isUrgent: boolean): Promise<void> {
    const key = keyOf(task);
    const queued = waiting.get(key);
    // An instance that registered again before its turn came is asked once, as what it is now.
    if (queued !== undefined && queued.task.knownSince !== task.knownSince) queued.task = task;
    if (queued !== undefined && !isUrgent) return queued.ended;
    const health = registry
      .get(task.serverId)
      ?.instances.find((one) => one.record.id === task.instanceId)?.health;
    const place = { task, ended: Promise.resolve() };
    waiting.set(key, place);
    place.ended = limiter
      .run({
        host: new URL(task.target.endpoint).host,
        isDoubtful: (health?.failures ?? 0) > 0,
        isUrgent,
        work: () => {
          if (waiting.get(key) === place) waiting.delete(key);
          return run(place.task).catch((error) => tell("probe-lost", error));
        },
      })
      .finally(wake);
    return place.ended;
  }

  /** Many things may happen at once, or in a flood; they are looked at together. */
  function wake(): void {
    if (isWoken || stopping.signal.aborted) return;
    isWoken = true;
    const restMs = pumpedAt + pumpSpacingMs - clock.monotonic();
    if (restMs <= 0) queueMicrotask(look);
    else cancelLook = setTimer(look, restMs);
  }

  function look(): void {
    isWoken = false;
    if (stopping.signal.aborted) return;
    let pauseMs = afterCrashMs;
    try {
      pump();
      pauseMs = sleepMs();
    } catch (error) {
      tell("probe-schedule-crashed", error);
    }
    cancelTimer();
    cancelTimer = setTimer(wake, pauseMs);
  }

  function pump(): void {
    pumpedAt = clock.monotonic();
    if (clock.monotonic() >= nextSweepAt || registry.nextDeadlineInMs() === 0) {
      nextSweepAt = clock.monotonic() + registry.settings.sweepMs;
      registry.sweep();
    }
    for (;;) {
      const tasks = registry.takeDueProbes(takenAtOnce);
      for (const task of tasks) void submit(task, false);
      if (tasks.length < takenAtOnce) break;
    }
  }

  /** Until the next sweep, deadline or probe, whichever comes first. */
  function sleepMs(): number {
    const untilSweep = nextSweepAt - clock.monotonic();
    const next = Math.min(registry.nextProbeInMs(), registry.nextDeadlineInMs());
    const sleep = Math.min(untilSweep, longestSleepMs, next);
    return Math.max(1, Math.ceil(sleep));
  }

  function probeNow(serverId: string): Promise<void> {
    if (stopping.signal.aborted) return Promise.reject(shuttingDown());
    const recent = asked.get(serverId);
    const isFresh =
      recent !== undefined &&
      (recent.endedAt === undefined || clock.monotonic() - recent.endedAt < probeNowSpacingMs);
    if (isFresh && registry.get(serverId) !== undefined) return recent.promise;
    return probeAll(serverId);
  }

  async function probeAgain(serverId: string): Promise<void> {
    if (stopping.signal.aborted) throw shuttingDown();
    const running = asked.get(serverId);
    if (running !== undefined && running.endedAt === undefined) {
      await running.promise;
      // Whoever waited as well may have begun the next one already.
      const next = asked.get(serverId);
      if (next !== undefined && next !== running) return next.promise;
    }
    return probeAll(serverId);
  }

  function probeAll(serverId: string): Promise<void> {
    let tasks: ProbeTask[];
    try {
      tasks = registry.takeProbes(serverId);
    } catch (error) {
      return Promise.reject(error);
    }
    const promise = Promise.all(tasks.map((task) => submit(task, true))).then(() => {
      entry.endedAt = clock.monotonic();
      forgetOld();
      if (stopping.signal.aborted) throw shuttingDown();
    });
    const entry: { promise: Promise<void>; endedAt?: number } = { promise };
    asked.set(serverId, entry);
    return promise;
  }

  function forgetOld(): void {
    for (const [serverId, { endedAt }] of asked) {
      if (endedAt !== undefined && clock.monotonic() - endedAt >= probeNowSpacingMs)
        asked.delete(serverId);
    }
  }

  return {
    start() {
      nextSweepAt = clock.monotonic() + registry.settings.sweepMs;
      stopListening = registry.onProbesDue(wake);
      wake();
    },
    probeNow,
    probeAgain,
    async stop() {
      stopping.abort();
      stopListening();
      cancelTimer();
      cancelLook();
      await limiter.settled();
    },
  };
}

const crashed: ProbeOutcome = {
  ok: false,
  latencyMs: 0,
  tried: [],
  finding: {
    step: "mcp",
    code: "HUB_FAULT",
    cause:
      "The hub failed while it probed this server. This is a fault of the hub, not of the server.",
    fix: "Report this with the hub's log. The hub probes again by itself.",
  },
};

const keyOf = (task: ProbeTask) => `${task.serverId}/${task.instanceId}`;

function shuttingDown(): HubError {
  return new HubError("SHUTTING_DOWN", "The hub is stopping and probes no more.");
}

function unreferencedTimer(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms).unref();
  return () => clearTimeout(timer);
}
