/** Permission to stay listed for a time. Instants are hub time. */
export type Lease = {
  readonly ttlMs: number;
  readonly renewedAt: number;
  /** Its holder has not been heard of since the hub started: the time it has is a grace. */
  readonly isGrace?: boolean;
  /** See `InstanceRecord.isLeaseOnTrust`: its end says nothing about the server. */
  readonly isOnTrust?: boolean;
};

export function grantLease(ttlMs: number, now: number): Lease {
  return { ttlMs, renewedAt: now };
}

/** The same lease with all its time again. */
export function renewLease({ ttlMs, isOnTrust }: Lease, now: number): Lease {
  const lease = grantLease(ttlMs, now);
  return isOnTrust === true ? { ...lease, isOnTrust } : lease;
}

/** A lease lives for its whole time to live and never shorter. */
export function isExpired(lease: Lease, now: number): boolean {
  return now - lease.renewedAt > lease.ttlMs;
}

/** Whether its holder missed its heartbeats for `ms`, which the first minutes of a hub cannot tell. */
export function isSilent(lease: Lease, ms: number, now: number): boolean {
  return lease.isGrace !== true && now - lease.renewedAt >= ms;
}
