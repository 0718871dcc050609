/** How long a lease lasts from `now`; unknown before its first heartbeat. */
export function leaseLeftMs(
  lease: { readonly ttlMs: number; readonly lastHeartbeatAt?: string | undefined },
  now: number,
): number | undefined {
  if (lease.lastHeartbeatAt === undefined) return undefined;
  return Math.max(0, Date.parse(lease.lastHeartbeatAt) + lease.ttlMs - now);
}

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`;
}
