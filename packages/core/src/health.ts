import { isExpired, type Lease, renewLease } from "./lease.js";
import type { PendingRegistration } from "./pending.js";
import type { ProbeOutcome, ProbeSuccess } from "./probe.js";
import type { HubSettings } from "./settings.js";
import type { Era } from "./snapshot.js";

export const instanceStatuses = ["pending", "up", "unreachable", "draining", "down"] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];

/** What the hub observed of one instance. Never stored. Instants are hub time unless they say `Wall`. */
export type Health = {
  readonly status: InstanceStatus;
  readonly statusSince: number;
  readonly statusSinceWall: number;
  /** When this process or its registration was first seen, by this run of the hub. */
  readonly knownSince: number;
  /** The first registration since the last good probe: from here on it may still be starting. */
  readonly unansweredSince: number;
  /** The last sign of life: a registration that shows whose it is, a heartbeat or a good probe. */
  readonly aliveAt: number;
  readonly aliveAtWall: number;
  readonly lease?: Lease;
  readonly beatAtWall?: number;
  readonly isDraining: boolean;
  readonly failures: number;
  readonly failingSince?: number;
  readonly successes: number;
  /** It was seen up, lost, and has not registered again: one good probe is not enough. */
  readonly isRecovering: boolean;
  /** The last good probe of this registration; missing for a process that has never answered. */
  readonly answeredAt?: number;
  readonly probedAt?: number;
  readonly probedAtWall?: number;
  readonly outcome?: ProbeOutcome;
  readonly nextProbeAt: number;
  /** A probe is under way or waits for its turn. */
  readonly isBeingProbed: boolean;
  /** When all capabilities were last read from this instance. */
  readonly readAt?: number;
  /** What that reading found to mend; the quick probes in between cannot see it. */
  readonly readWarnings?: readonly string[];
  readonly capabilitiesHash?: string;
  /** What the server itself said of its capabilities in its last heartbeat; opaque. */
  readonly announcedHash?: string;
  readonly era?: Era;
  /** How long the last good probes took, oldest first. */
  readonly latenciesMs: readonly number[];
  /** Its holder left, giving its lease back, while another process asked for its place. */
  readonly isGivenUp?: boolean;
  /** The newest registration that came without proof while the lease was alive; see `pendingOf`. */
  readonly pending?: PendingRegistration;
};

/** At the usual pace half an hour of them. */
const mostLatencies = 60;

/** One reading of the clocks, in milliseconds. */
export type Now = {
  /** Hub time: since the start of this process, without the time the hub was paused. */
  readonly hub: number;
  /** Since 1970, as the machine says now. For people. */
  readonly wall: number;
  /** Since 1970, as the machine said at start plus hub time: a clock that jumps does not move it. */
  readonly steady: number;
};

/** The first probes of a new instance come quickly: many servers register just before they listen. */
export const eagerProbes = [
  { untilMs: 10_000, everyMs: 500 },
  { untilMs: 60_000, everyMs: 2_000 },
] as const;
/** A server that has just registered and does not answer yet may still be starting. */
export const startUpMs = 5_000;
/** A server that was up a moment ago and registers again is looked at this soon. */
export const restartProbeMs = 1_000;

export type Beat = {
  readonly capabilitiesHash?: string | undefined;
  readonly draining?: boolean | undefined;
};

/**
 * A heartbeat. The caller has made sure that the lease is not expired. `mayRead`: an announcement of
 * other capabilities is followed at once.
 */
export function beat(health: Health, now: Now, said: Beat, mayRead = true): Health {
  const announced = said.capabilitiesHash ?? health.announcedHash;
  // The first announcement may differ from what was read before it; nobody can tell.
  const isComparable = health.announcedHash !== undefined || health.readAt !== undefined;
  const news = announced !== health.announcedHash && isComparable && mayRead;
  const isDraining = said.draining ?? health.isDraining;
  return {
    ...health,
    aliveAt: now.hub,
    aliveAtWall: now.wall,
    beatAtWall: now.wall,
    ...(health.lease === undefined ? {} : { lease: renewLease(health.lease, now.hub) }),
    ...(announced === undefined ? {} : { announcedHash: announced }),
    isDraining,
    // A changed list is read at once; an instance that drains is not asked any more.
    nextProbeAt: news && !isDraining ? Math.min(health.nextProbeAt, now.hub) : health.nextProbeAt,
    ...(news ? { readAt: Number.NEGATIVE_INFINITY } : {}),
  };
}

export function leaseIsLost(health: Health, now: number): boolean {
  return health.lease !== undefined && isExpired(health.lease, now);
}

export function hasLiveLease(health: Health, now: number): boolean {
  return health.lease !== undefined && !isExpired(health.lease, now);
}

/** Whether the server has a lease that was not given on trust. */
function isOwn(lease: Lease | undefined): boolean {
  return lease !== undefined && lease.isOnTrust !== true;
}

/** Enough probes failed in a row, and not only because it is still starting. */
function isFailing(health: Health, now: number, settings: HubSettings): boolean {
  const isStarting =
    health.answeredAt === undefined &&
    now - health.unansweredSince < Math.min(startUpMs, settings.probeFailingMs);
  return health.failures >= settings.failuresUntilUnreachable && !isStarting;
}

/**
 * Neither calls nor answers; what the mass-expiry guard counts. After a lost lease one failed probe
 * is enough, and one that said it drains is not asked at all.
 */
export function isStale(health: Health, now: number, settings: HubSettings): boolean {
  if (!isOwn(health.lease) && !hasLiveLease(health, now)) return isFailing(health, now, settings);
  return leaseIsLost(health, now) && (health.failures > 0 || health.isDraining);
}

/** It answered or beat since it registered, and since the hub started. */
export function hasGivenSign(health: Health): boolean {
  return health.answeredAt !== undefined || health.beatAtWall !== undefined;
}

/** When an instance without any sign of life is down: never before its lease ran out. */
function downAt(health: Health, settings: HubSettings): number {
  return health.aliveAt + Math.max(settings.downAfterMs, health.lease?.ttlMs ?? 0);
}

/**
 * What the observations amount to. Pure: the same facts give the same status.
 * `mayGoDown` is false while the mass-expiry guard holds and outside of sweeps.
 */
export function judge(
  health: Health,
  now: number,
  settings: HubSettings,
  mayGoDown: boolean,
): InstanceStatus {
  const isSilent = isStale(health, now, settings);
  const isUnanswered = isSilent || isFailing(health, now, settings);

  if (isSilent && now > downAt(health, settings)) {
    if (mayGoDown || health.status === "down") return "down";
  }
  if (health.isDraining) return "draining";
  if (
    health.failures === 0 &&
    health.successes >= (health.isRecovering ? settings.successesUntilUp : 1)
  )
    return "up";
  if (health.status === "down") return "down";
  // Draining was called off, or the hub has not seen it since: nothing is known yet.
  const undecided = health.status === "draining" ? "pending" : health.status;
  if (!isUnanswered) return undecided;
  // A lease speaks for a process that was given it with proof, or has answered since.
  const isSpokenFor = isOwn(health.lease) && hasLiveLease(health, now);
  const isInherited = health.status === "up" && health.answeredAt === undefined;
  if (!isSpokenFor || isInherited) return "unreachable";
  // Only a heartbeat after the first failed probe proves that the process is alive and the way to it
  // is not; before that it may just have died, which only its lease may say.
  const beatSinceFailing =
    (health.lease?.renewedAt ?? 0) > (health.failingSince ?? Number.POSITIVE_INFINITY);
  return beatSinceFailing ? "unreachable" : undecided;
}

/** To drain is no failure: when it is called off, what was seen before still holds. */
function isRecoveringAs(health: Health, status: InstanceStatus): boolean {
  if (status === "up") return false;
  const wasLost =
    status !== "draining" && health.status === "up" && health.answeredAt !== undefined;
  return health.isRecovering || wasLost;
}

/** Takes a status over, remembering since when. */
export function withStatus(health: Health, status: InstanceStatus, now: Now): Health {
  if (status === health.status) return health;
  return {
    ...health,
    status,
    statusSince: now.hub,
    statusSinceWall: now.wall,
    isRecovering: isRecoveringAs(health, status),
  };
}

/** The time until the next probe. `random` is in [0, 1). */
function probeDelayMs(health: Health, now: number, settings: HubSettings, random: number): number {
  const jitter = 0.9 + random * 0.2;
  if (health.failures === 0) {
    const wait =
      health.isRecovering && health.status !== "up" ? settings.probeFailingMs : settings.probeUpMs;
    return wait * jitter;
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
  const { failingSince, ...rest } = health;
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
        failingSince: failingSince ?? now.hub,
        failures: health.failures + 1,
        successes: 0,
      };
  return { ...next, nextProbeAt: now.hub + probeDelayMs(next, now.hub, settings, random) };
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

/** A lost lease is a reason to look at once, unless somebody looked since it was lost. */
export function wakeOnLostLease(health: Health, now: number): Health {
  if (health.lease === undefined || !isExpired(health.lease, now) || health.status === "down")
    return health;
  const lostAt = health.lease.renewedAt + health.lease.ttlMs;
  if ((health.probedAt ?? Number.NEGATIVE_INFINITY) >= lostAt || health.nextProbeAt <= now)
    return health;
  return { ...health, nextProbeAt: now };
}

/** The moments at which time alone makes an instance another: its lease ends, and then it counts as down. */
export function deadlinesOf(health: Health, settings: HubSettings): readonly number[] {
  if (health.status === "down" || !hasGivenSign(health)) return [];
  const { lease } = health;
  return [
    ...(lease === undefined ? [] : [lease.renewedAt + lease.ttlMs]),
    downAt(health, settings),
  ];
}

/** True when the next probe should also read what the server offers. */
export function wantsReading(health: Health, now: number, settings: HubSettings): boolean {
  return health.readAt === undefined || now - health.readAt >= settings.snapshotMs;
}
