/** The numbers of the lease and health machine. All are milliseconds unless their name says otherwise. */
export type HubSettings = {
  /** How often a leased server should call. */
  readonly heartbeatMs: number;
  /** How long a lease lives without a heartbeat, when the server asked for nothing else. */
  readonly leaseTtlMs: number;
  /** The shortest lease granted; a shorter wish is raised to it. */
  readonly leaseMinMs: number;
  /** The longest lease granted; a longer wish is cut to it. */
  readonly leaseMaxMs: number;
  /** An instance that gave no sign of life for this long is `down`. */
  readonly downAfterMs: number;
  /** An instance that was `down` for this long is forgotten. */
  readonly forgetAfterMs: number;
  readonly sweepMs: number;
  /** Time between two probes of an instance that is up. */
  readonly probeUpMs: number;
  /** The longest time between two probes of an instance that fails, until it is down. */
  readonly probeFailingMs: number;
  /** The longest time between two probes of an instance that is down. */
  readonly probeDownMs: number;
  readonly probeTimeoutMs: number;
  /** Failed probes in a row until an instance counts as not reachable. */
  readonly failuresUntilUnreachable: number;
  /** Good probes in a row until an instance that was not reachable counts as up again. */
  readonly successesUntilUp: number;
  /** How often the capabilities of an instance that is up are read again in full. */
  readonly snapshotMs: number;
  /** The mass-expiry guard holds for at most this long. */
  readonly guardMaxMs: number;
  /** The mass-expiry guard needs at least this many instances. */
  readonly guardMinInstances: number;
};

/** Defaults with their reasons: Spring Boot Admin and kubelet beat every 10 s; Eureka and Nacos give three beats. */
export const defaultSettings: HubSettings = {
  heartbeatMs: 10_000,
  leaseTtlMs: 30_000,
  leaseMinMs: 5_000,
  leaseMaxMs: 3_600_000,
  downAfterMs: 90_000,
  forgetAfterMs: 7 * 24 * 3_600_000,
  sweepMs: 5_000,
  probeUpMs: 30_000,
  probeFailingMs: 10_000,
  probeDownMs: 60_000,
  probeTimeoutMs: 5_000,
  failuresUntilUnreachable: 3,
  successesUntilUp: 2,
  snapshotMs: 300_000,
  guardMaxMs: 300_000,
  guardMinInstances: 3,
};

/** The time to live a server gets for what it asked for. */
export function grantedTtlMs(settings: HubSettings, wishedMs: number | undefined): number {
  const wish = wishedMs ?? settings.leaseTtlMs;
  return Math.min(Math.max(wish, settings.leaseMinMs), settings.leaseMaxMs);
}

/** How often the holder of a lease should call: as the hub says, but at least three times in its life. */
export function heartbeatMsFor(settings: HubSettings, ttlMs: number): number {
  return Math.max(1, Math.min(settings.heartbeatMs, Math.floor(ttlMs / 3)));
}
