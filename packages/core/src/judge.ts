import { downAt } from "./deadlines.js";
import type { Health, InstanceStatus, Now } from "./health.js";
import { hasLiveLease, isOwn, leaseIsLost } from "./held-lease.js";
import { startUpMs } from "./probe-times.js";
import type { HubSettings } from "./settings.js";

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
