import type { Health, Now } from "./health.js";
import { grantLease } from "./lease.js";
import { eagerProbes, restartProbeMs, startUpMs } from "./probe-times.js";

/** A new process, or one that answered and registered again: what was observed before says nothing about it. */
export function newHealth(now: Now, ttlMs: number | undefined, previous?: Health): Health {
  const wasUp =
    (previous?.status === "up" || previous?.status === "needs-token") &&
    previous.answeredAt !== undefined;
  return {
    status: wasUp ? previous.status : "pending",
    statusSince: wasUp ? previous.statusSince : now.hub,
    statusSinceWall: wasUp ? previous.statusSinceWall : now.wall,
    knownSince: now.hub,
    unansweredSince: now.hub,
    aliveAt: now.hub,
    aliveAtWall: now.wall,
    ...(ttlMs === undefined ? {} : { lease: grantLease(ttlMs, now.hub) }),
    isDraining: false,
    failures: 0,
    successes: 0,
    isRecovering: false,
    ...(wasUp && previous.outcome !== undefined ? { outcome: previous.outcome } : {}),
    ...(wasUp && previous.era !== undefined ? { era: previous.era } : {}),
    ...(wasUp && previous.isCallRefused === true ? { isCallRefused: true } : {}),
    // Soon, though a flood of registrations of what is up need not be a flood of probes.
    nextProbeAt: wasUp ? Math.min(previous.nextProbeAt, now.hub + restartProbeMs) : now.hub,
    isBeingProbed: false,
    latenciesMs: wasUp ? previous.latenciesMs : [],
  };
}

/**
 * An instance registered again at the same place. When nothing has answered there since the last time,
 * what the probes saw still holds: words alone make nobody healthy. `isProven`: it knows the lease or
 * the service key, which only a process that runs can say; so does a lease, as long as it lives.
 */
export function registeredAgain(
  previous: Health,
  now: Now,
  ttlMs: number | undefined,
  isProven: boolean,
): Health {
  const anew = newHealth(now, ttlMs, previous);
  if (previous.answeredAt !== undefined) return anew;
  const { status, statusSince, statusSinceWall, aliveAt, aliveAtWall, failingSince } = previous;
  const { outcome, doubt, era, probedAt, probedAtWall, nextProbeAt, unansweredSince } = previous;
  // Who registers all the time must not keep slow probes from ever being heard.
  const isProbeHeard = previous.isBeingProbed && now.hub - unansweredSince >= startUpMs;
  const mayLive = isProven || ttlMs !== undefined;
  const isUndecided = status === "draining" || (status === "down" && mayLive);
  const lookAt = Math.max(now.hub, (probedAt ?? Number.NEGATIVE_INFINITY) + eagerProbes[0].everyMs);
  return {
    ...anew,
    ...(isUndecided ? {} : { status, statusSince, statusSinceWall }),
    ...(mayLive ? {} : { aliveAt, aliveAtWall }),
    ...(isProbeHeard ? { isBeingProbed: true, knownSince: previous.knownSince } : {}),
    unansweredSince,
    failures: previous.failures,
    ...(failingSince === undefined ? {} : { failingSince }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(era === undefined ? {} : { era }),
    ...(probedAt === undefined ? {} : { probedAt }),
    ...(probedAtWall === undefined ? {} : { probedAtWall }),
    nextProbeAt: Math.min(nextProbeAt, lookAt),
  };
}
