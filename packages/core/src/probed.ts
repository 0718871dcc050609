import type { Health, Now } from "./health.js";
import { judge } from "./judge.js";
import { type Finding, type ProbeOutcome, type ProbeSuccess, wasRefused } from "./probe.js";
import { eagerProbes } from "./probe-times.js";
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
  seen: ProbeOutcome,
  now: Now,
  settings: HubSettings,
  random: number,
): Health {
  const { failingSince, doubt, isCallRefused, ...others } = health;
  const outcome = isCallRefused === true ? withLock(seen, health.outcome) : seen;
  const isAnswered = isCallRefused === undefined || (outcome.ok && outcome.letsCallsIn === true);
  const rest = isAnswered ? others : { ...others, isCallRefused };
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

/** One that did not say whether it lets calls in needs its token as it did before. */
function withLock(outcome: ProbeOutcome, before: ProbeOutcome | undefined): ProbeOutcome {
  const isUnsaid = outcome.ok && !outcome.needsToken && outcome.letsCallsIn === undefined;
  if (!isUnsaid || before?.ok !== true || !before.needsToken) return outcome;
  return { ...outcome, needsToken: true, finding: before.finding };
}

function doubtOf(finding: Finding, isRefused: boolean, before: Finding | undefined) {
  const doubt = isRefused ? finding : before;
  return doubt === undefined ? {} : { doubt };
}

/** Two reasons to look at an instance before its time are this far apart at least. */
const lookSpacingMs = 1_000;

/** A server that refused a call is asked whether it lets any in this long after the last probe at the earliest. */
const lockSpacingMs = 5_000;

/**
 * What somebody met who dialled an instance, beside the probes. `refused`: no connection came about; `broken`:
 * one broke that was in use; `locked`: it answered, and let nobody in.
 */
export type Trouble =
  | { readonly kind: "refused"; readonly finding: Finding }
  | { readonly kind: "broken" | "locked" };

/** There was trouble with an instance: it is looked at before its time, and suspect when it refused. */
export function troubled(health: Health, now: Now, trouble: Trouble): Health {
  const isInUse = health.status === "up" || health.status === "needs-token";
  // What is not there is looked for at a pace of its own.
  if (!isInUse || health.isDraining) return health;
  const lookedAt = health.probedAt ?? Number.NEGATIVE_INFINITY;
  const lookAt = (afterMs: number) =>
    Math.min(health.nextProbeAt, Math.max(now.hub, lookedAt + afterMs));
  switch (trouble.kind) {
    case "refused":
      return { ...health, doubt: trouble.finding, nextProbeAt: lookAt(0) };
    case "broken":
      return { ...health, nextProbeAt: lookAt(lookSpacingMs) };
    case "locked": {
      const asked = { ...health, isCallRefused: true, nextProbeAt: lookAt(lockSpacingMs) } as const;
      // The last probe asked it, and calls were let in: it may be one of its tools alone that refuses.
      if (health.outcome?.ok === true && health.outcome.letsCallsIn === true) return asked;
      // Its greeting may be open to everybody; what it offers, or what it does, may not.
      return { ...asked, readAt: Number.NEGATIVE_INFINITY };
    }
  }
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
  const { isOverBudget = false, needsToken, snapshot, unread = [] } = outcome;
  // What could not be read may be there at the next probe; what is too much will not.
  const isRead = isOverBudget || (snapshot !== undefined && unread.length === 0);
  return {
    ...(outcome.era === undefined ? {} : { era: outcome.era }),
    ...(isRead ? { readAt: now.hub } : {}),
    // Whether it lets somebody in by now, only its lists may tell.
    ...(needsToken ? { readAt: Number.NEGATIVE_INFINITY } : {}),
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
