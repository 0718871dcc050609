/** A time as people read it: exact where it is short. */
export function milliseconds(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

const sizes = [
  { bytes: 1_048_576, unit: "MiB" },
  { bytes: 1_024, unit: "KiB" },
] as const;

export function byteCount(bytes: number): string {
  const size = sizes.find((one) => bytes >= one.bytes);
  return size === undefined ? `${bytes} B` : `${(bytes / size.bytes).toFixed(1)} ${size.unit}`;
}

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
