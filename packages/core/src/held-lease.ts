import type { Health } from "./health.js";
import { isExpired, type Lease } from "./lease.js";

/** It had a lease, which ran out. */
export function leaseIsLost(health: Health, now: number): boolean {
  return health.lease !== undefined && isExpired(health.lease, now);
}

/** It has a lease that has not run out. */
export function hasLiveLease(health: Health, now: number): boolean {
  return health.lease !== undefined && !isExpired(health.lease, now);
}

/** Whether the server has a lease that was not given on trust. */
export function isOwn(lease: Lease | undefined): boolean {
  return lease !== undefined && lease.isOnTrust !== true;
}
