import type { Health, Now } from "./health.js";
import { renewLease } from "./lease.js";

/** What a heartbeat says beside that the process lives. */
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
