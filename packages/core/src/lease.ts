/** Permission to stay listed for a time. Instants are hub time. */
export type Lease = { readonly ttlMs: number; readonly renewedAt: number };

export function grantLease(ttlMs: number, now: number): Lease {
  return { ttlMs, renewedAt: now };
}

/** A lease lives for its whole time to live and never shorter. */
export function isExpired(lease: Lease, now: number): boolean {
  return now - lease.renewedAt > lease.ttlMs;
}
