import type { HubSettings } from "./settings.js";

/**
 * The mass-expiry guard. When most instances that were heard of fall silent at once, the fault is more likely the hub's
 * or the network's than theirs; then nothing goes down for a bounded time, and for one more time to
 * live after it ends. Needs a share and an absolute number (as Kubernetes zones do), because a share
 * alone never lets a small hub drop anything (Eureka), and has an end, because dead servers are dead.
 */
export type Guard = {
  readonly engagedAt?: number;
  readonly graceUntil?: number;
  /** It held as long as it may; it must see a healthy moment before it may hold again. */
  readonly isSpent: boolean;
};

export const openGuard: Guard = { isSpent: false };

export function stepGuard(
  guard: Guard,
  counts: { readonly total: number; readonly stale: number },
  now: number,
  settings: HubSettings,
): Guard {
  const isMassive = counts.total >= settings.guardMinInstances && counts.stale * 2 > counts.total;
  if (guard.engagedAt !== undefined) {
    const hasHeldLong = now - guard.engagedAt >= settings.guardMaxMs;
    if (isMassive && !hasHeldLong) return guard;
    return { graceUntil: now + settings.leaseTtlMs, isSpent: isMassive };
  }
  if (isMassive && !guard.isSpent) return { engagedAt: now, isSpent: false };
  return isMassive ? guard : { ...guard, isSpent: false };
}

/** True while nothing may go down. */
export function isGuarding(guard: Guard, now: number): boolean {
  return (
    guard.engagedAt !== undefined || (guard.graceUntil !== undefined && now < guard.graceUntil)
  );
}
