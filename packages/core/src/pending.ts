import { sha256Hex } from "./hash.js";
import type { Health, Now, PendingRegistration } from "./health.js";
import { canonicalJson } from "./json.js";
import { restartProbeMs } from "./probe-times.js";
import type { Registration } from "./registration.js";
import { type HubSettings, heartbeatMsFor } from "./settings.js";

/** Whoever still wants the place asks again within one heartbeat interval; so many are waited for. */
const mostIntervals = 2;

export function pendingRegistration(
  registration: Registration,
  request: symbol,
  now: Now,
): PendingRegistration {
  return { hash: contentHash(registration), request, at: now.hub, atWall: now.wall };
}

/**
 * A registration without proof came and has to wait. It is no sign of life of the holder; but there
 * may be another process now, so that a look is due.
 */
export function asked(health: Health, now: Now, pending: PendingRegistration): Health {
  return {
    ...health,
    pending,
    nextProbeAt: Math.min(health.nextProbeAt, now.hub + restartProbeMs),
  };
}

/** The registration that waits for the place of an instance; missing when nobody has asked lately. */
export function pendingOf(
  { pending, lease }: Health,
  now: Now,
  settings: HubSettings,
): PendingRegistration | undefined {
  if (pending === undefined) return undefined;
  const heartbeatMs = heartbeatMsFor(settings, lease?.ttlMs ?? settings.leaseTtlMs);
  return now.hub - pending.at <= mostIntervals * heartbeatMs ? pending : undefined;
}

/** Whether a registration says what the pending one said, in another request. */
export function isRepetition(
  pending: PendingRegistration,
  registration: Registration,
  request: symbol,
): boolean {
  return pending.request !== request && pending.hash === contentHash(registration);
}

/** Names what a registration said, without holding any of it. */
function contentHash(registration: Registration): string {
  // Parsed by a schema of JSON values, so it is one; undefined members are not said.
  return sha256Hex(canonicalJson(JSON.parse(JSON.stringify(registration))));
}
