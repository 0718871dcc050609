import type { Entry, InstanceStatus, Now } from "@hub/core";

/** A server that has been away for this many times `restartMs` is waited for no more. */
const mostTimesAway = 3;

/** Whether calls are sent to an instance, or wait until the hub knows better. */
export function isAway(status: InstanceStatus): boolean {
  return status !== "up" && status !== "pending" && status !== "needs-token";
}

/**
 * Since when nobody could be reached at a server, in hub time; where that is not known, since now. `aliveAt`:
 * when the gateway heard of it last.
 */
function awaySince({ record, instances }: Entry, aliveAt: number, now: Now): number {
  if (instances.length === 0)
    return record.emptySince === undefined ? now.hub : now.hub - (now.steady - record.emptySince);
  const since = instances.map(({ health }) => {
    if (health.status === "pending") return health.unansweredSince;
    if (!isAway(health.status)) return now.hub;
    return Math.min(health.statusSince, health.failingSince ?? health.statusSince);
  });
  return Math.max(aliveAt, ...since);
}

/**
 * Until when a call waits that comes now, in hub time: `restartMs`, and less the longer its server has been
 * away, so that nobody waits for a server that is down.
 */
export function waitsUntil(entry: Entry, aliveAt: number, now: Now, restartMs: number): number {
  return Math.min(now.hub + restartMs, awaySince(entry, aliveAt, now) + mostTimesAway * restartMs);
}
