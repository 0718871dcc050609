import type { Health } from "./health.js";
import { isExpired } from "./lease.js";
import type { HubSettings } from "./settings.js";

/** It answered or beat since it registered, and since the hub started. */
export function hasGivenSign(health: Health): boolean {
  return health.answeredAt !== undefined || health.beatAtWall !== undefined;
}

/** When an instance without any sign of life is down: never before its lease ran out. */
export function downAt(health: Health, settings: HubSettings): number {
  return health.aliveAt + Math.max(settings.downAfterMs, health.lease?.ttlMs ?? 0);
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
