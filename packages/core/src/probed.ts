import { eagerProbes, type Health, judge, type Now } from "./health.js";
import { type Finding, type ProbeOutcome, type ProbeSuccess, wasRefused } from "./probe.js";
import type { HubSettings } from "./settings.js";

/** At the usual pace half an hour of them. */
const mostLatencies = 60;
/** A suspect instance is looked at again this soon, and then this often. */
const suspectProbes = { firstMs: 1_000, everyMs: 2_000 } as const;

/** The time until the next probe. `random` is in [0, 1). */
function probeDelayMs(health: Health, now: number, settings: HubSettings, random: number): number {
  const jitter = 0.9 + random * 0.2;
  if (health.failures === 0) {
    const wait =
      health.isRecovering && health.status !== "up" ? settings.probeFailingMs : settings.probeUpMs;
    return wait * jitter;
  }
  if (judge(health, now, settings, false) === "suspect") {
    const wait = health.failures === 1 ? suspectProbes.firstMs : suspectProbes.everyMs;
    return Math.min(wait, settings.probeFailingMs) * (0.9 + random * 0.1);
  }
  const eager = eagerProbes.find((phase) => now - health.knownSince < phase.untilMs);
  if (health.answeredAt === undefined && eager !== undefined)
    return Math.min(eager.everyMs, settings.probeFailingMs) * jitter;
  const cap = health.status === "down" ? settings.probeDownMs : settings.probeFailingMs;
  return Math.min(1_000 * 2 ** Math.min(health.failures - 1, 20), cap) * jitter;
}

/** A probe came back. */
export function probed(
  health: Health,
  outcome: ProbeOutcome,
  now: Now,
  settings: HubSettings,
  random: number,
): Health {
  const { failingSince, doubt, ...rest } = health;
  const report = {
    probedAt: now.hub,
    probedAtWall: now.wall,
    outcome: withoutSnapshot(outcome),
    isBeingProbed: false,
  };
  const next: Health = outcome.ok
    ? {
        ...rest,
        ...report,
        ...afterReading(outcome, now),
        aliveAt: now.hub,
        aliveAtWall: now.wall,
        answeredAt: now.hub,
        failures: 0,
        successes: health.successes + 1,
        latenciesMs: [...health.latenciesMs.slice(1 - mostLatencies), outcome.latencyMs],
      }
    : {
        ...rest,
        ...report,
        ...doubtOf(outcome.finding, wasRefused(outcome), doubt),
        failingSince: failingSince ?? now.hub,
        failures: health.failures + 1,
        successes: 0,
      };
  return { ...next, nextProbeAt: now.hub + probeDelayMs(next, now.hub, settings, random) };
}

function doubtOf(finding: Finding, isRefused: boolean, before: Finding | undefined) {
  const doubt = isRefused ? finding : before;
  return doubt === undefined ? {} : { doubt };
}

/** Two reasons to look at an instance before its time are this far apart at least. */
const lookSpacingMs = 1_000;

/**
 * A dial failed that was no probe. `refusal`: no connection came about, so the instance is suspect; missing
 * when one broke that was in use. It is looked at before its time in both cases.
 */
export function dialFailed(health: Health, now: Now, refusal: Finding | undefined): Health {
  const isInUse = health.status === "up" || health.status === "needs-token";
  // What is not there is looked for at a pace of its own.
  if (!isInUse || health.isDraining) return health;
  const lookedAt = health.probedAt ?? Number.NEGATIVE_INFINITY;
  const lookAt = refusal === undefined ? Math.max(now.hub, lookedAt + lookSpacingMs) : now.hub;
  return {
    ...health,
    ...(refusal === undefined ? {} : { doubt: refusal }),
    nextProbeAt: Math.min(health.nextProbeAt, lookAt),
  };
}

/** What was announced while a probe was under way may be missing in what it read. */
export function wantingToReadAgain(health: Health, now: Now): Health {
  return {
    ...health,
    readAt: Number.NEGATIVE_INFINITY,
    nextProbeAt: Math.min(health.nextProbeAt, now.hub),
  };
}

function afterReading(outcome: ProbeSuccess, now: Now): Partial<Health> {
  const { isOverBudget = false, snapshot, unread = [] } = outcome;
  // What could not be read may be there at the next probe; what is too much will not.
  const isRead = isOverBudget || (snapshot !== undefined && unread.length === 0);
  return {
    ...(outcome.era === undefined ? {} : { era: outcome.era }),
    ...(isRead ? { readAt: now.hub } : {}),
    ...(isOverBudget || snapshot !== undefined ? { readWarnings: outcome.warnings } : {}),
    ...(outcome.snapshot === undefined ? {} : { capabilitiesHash: outcome.snapshot.hash }),
  };
}

/** Snapshots are kept once an entry, not once an instance. */
function withoutSnapshot(outcome: ProbeOutcome): ProbeOutcome {
  if (!outcome.ok) return outcome;
  const { snapshot, ...rest } = outcome;
  return rest;
}

/** True when the next probe should also read what the server offers. */
export function wantsReading(health: Health, now: number, settings: HubSettings): boolean {
  return health.readAt === undefined || now - health.readAt >= settings.snapshotMs;
}
