import { isExpired, type Lease, renewLease } from "./lease.js";
import type { Finding, ProbeOutcome } from "./probe.js";
import type { HubSettings } from "./settings.js";
import type { Era } from "./snapshot.js";

export const instanceStatuses = [
  "pending",
  "up",
  "suspect",
  "needs-token",
  "unreachable",
  "draining",
  "down",
] as const;
export type InstanceStatus = (typeof instanceStatuses)[number];

/**
 * A registration that has to wait for the lease at its endpoint. It takes effect when the same is asked
 * for once more; enough of it is kept to know it again.
 */
export type PendingRegistration = {
  /** SHA-256 of what it said. */
  readonly hash: string;
  /** The request it came with, which cannot be its own repetition. */
  readonly request: symbol;
  /** Hub time. */
  readonly at: number;
  readonly atWall: number;
};

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
  /** The last dial that was refused or broke, of a probe or of anything else; gone with a good probe. */
  readonly doubt?: Finding;
  /** A call was let in by nobody since; probes ask whether that is so for all calls. Gone when it is not. */
  readonly isCallRefused?: boolean;
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
    health.doubt === undefined &&
    health.successes >= (health.isRecovering ? settings.successesUntilUp : 1)
  )
    return wantsToken(health) ? "needs-token" : "up";
  if (health.status === "down") return "down";
  // A lease speaks for a process that was given it with proof, or has answered since.
  const isSpokenFor = isOwn(health.lease) && hasLiveLease(health, now);
  const undecided = undecidedStatus(health, isSpokenFor);
  if (!isUnanswered) return undecided;
  const isInherited = wasThere(health.status) && health.answeredAt === undefined;
  if (!isSpokenFor || isInherited) return "unreachable";
  // Only a heartbeat after the first failed probe proves that the process is alive and the way to it
  // is not; before that it may just have died, which only its lease may say.
  const beatSinceFailing =
    (health.lease?.renewedAt ?? 0) > (health.failingSince ?? Number.POSITIVE_INFINITY);
  return beatSinceFailing ? "unreachable" : undecided;
}

/** It answered when it was last asked, or until a moment ago. */
function wasThere(status: InstanceStatus): boolean {
  return status === "up" || status === "needs-token" || status === "suspect";
}

/** It answers, and lets nobody in without a token. */
function wantsToken({ outcome }: Health): boolean {
  return outcome?.ok === true && outcome.needsToken;
}

/** What an instance is while nothing proves that it is lost. */
function undecidedStatus(health: Health, isSpokenFor: boolean): InstanceStatus {
  // Draining was called off, or the hub has not seen it since: nothing is known yet.
  if (health.status === "draining") return "pending";
  // A lease outweighs slow probes; nothing outweighs a connection that was refused.
  const isDoubted = health.doubt !== undefined || (health.failures > 0 && !isSpokenFor);
  return isDoubted && wasThere(health.status) ? "suspect" : health.status;
}

/** To drain is no failure: when it is called off, what was seen before still holds. */
function isRecoveringAs(health: Health, status: InstanceStatus): boolean {
  if (status === "up" || status === "needs-token") return false;
  const isLost = status === "unreachable" || status === "down";
  const wasLost = isLost && wasThere(health.status) && health.answeredAt !== undefined;
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
