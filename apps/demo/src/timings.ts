/** How fast the hub of the demo notices things. Real hubs are slower and calmer. */
export interface Timings {
  readonly hub: Readonly<Record<string, string>>;
  readonly flakySeconds: number;
}

function timings(
  heartbeatMs: number,
  leaseMs: number,
  downMs: number,
  flakySeconds: number,
): Timings {
  return {
    hub: {
      MCP_HUB_HEARTBEAT_MS: String(heartbeatMs),
      MCP_HUB_LEASE_TTL_MS: String(leaseMs),
      MCP_HUB_LEASE_MIN_MS: String(leaseMs),
      MCP_HUB_DOWN_AFTER_MS: String(downMs),
      MCP_HUB_SWEEP_MS: "200",
      MCP_HUB_PROBE_UP_MS: "1000",
      MCP_HUB_PROBE_FAILING_MS: "500",
      MCP_HUB_PROBE_TIMEOUT_MS: "1000",
    },
    flakySeconds,
  };
}

/** Slow enough to read along. */
export const calm = timings(1_000, 3_000, 7_000, 8);

/** For tests. Not faster: a busy machine must not look like a dead server. */
export const fast = timings(500, 2_000, 3_500, 6);
