import type { TimeSettingName } from "@hub/core/environment";
import type { SettingRow } from "./setting-row.js";

/** The settings of the hub that are times, in milliseconds. */
export const timeSettings = {
  MCP_HUB_HEARTBEAT_MS: {
    meaning: "time between two heartbeats of a server with a lease",
    value: ({ config }) => config.settings.heartbeatMs,
  },
  MCP_HUB_LEASE_TTL_MS: {
    meaning: "how long a lease lasts without a heartbeat",
    value: ({ config }) => config.settings.leaseTtlMs,
  },
  MCP_HUB_LEASE_MIN_MS: {
    meaning: "the shortest lease that the hub grants",
    value: ({ config }) => config.settings.leaseMinMs,
  },
  MCP_HUB_DOWN_AFTER_MS: {
    meaning: "an instance is down after this time without a sign of life",
    value: ({ config }) => config.settings.downAfterMs,
  },
  MCP_HUB_FORGET_AFTER_MS: {
    meaning: "the hub forgets an instance that was down for this long",
    value: ({ config }) => config.settings.forgetAfterMs,
  },
  MCP_HUB_SWEEP_MS: {
    meaning: "how often the hub checks leases and times",
    value: ({ config }) => config.settings.sweepMs,
  },
  MCP_HUB_PROBE_UP_MS: {
    meaning: "time between two probes of an instance that is up",
    value: ({ config }) => config.settings.probeUpMs,
  },
  MCP_HUB_PROBE_FAILING_MS: {
    meaning: "longest time between two probes of an instance that fails",
    value: ({ config }) => config.settings.probeFailingMs,
  },
  MCP_HUB_PROBE_TIMEOUT_MS: {
    meaning: "how long a probe waits for an answer",
    value: ({ config }) => config.settings.probeTimeoutMs,
  },
  MCP_HUB_CALL_TIMEOUT_MS: {
    meaning: "how long a call through the gateway may be silent; progress restarts the time",
    value: ({ config }) => config.limits.callTimeoutMs,
  },
  MCP_HUB_SESSION_IDLE_MS: {
    meaning: "how long a session of a 2025 client may be idle before it ends",
    value: ({ config }) => config.limits.sessionIdleMs,
  },
  MCP_HUB_GRACE_MS: {
    meaning: "how long a server that left or stopped answering stays in the gateway's lists",
    value: ({ config }) => config.limits.graceMs,
  },
  MCP_HUB_HOLD_MS: {
    meaning:
      "how long a call that was not sent waits for a server that restarts; less for one that has been away for long, and 0 for no wait",
    value: ({ config }) => config.limits.restartMs,
  },
  MCP_HUB_JOURNAL_KEEP_MS: {
    meaning: "how long events of the journal are kept",
    value: ({ config }) => config.retention.journalMs,
  },
  MCP_HUB_HISTORY_KEEP_MS: {
    meaning: "how long the hub keeps what servers offered and when it changed",
    value: ({ config }) => config.retention.historyMs,
  },
  MCP_HUB_AUDIT_KEEP_MS: {
    meaning: "how long lines of the audit are kept",
    value: ({ config }) => config.audit.keepMs,
  },
  MCP_HUB_SIGN_IN_MS: {
    meaning: "how long people stay signed in at a browser",
    value: ({ config }) => config.signInMs,
  },
} as const satisfies Readonly<Record<TimeSettingName, SettingRow>>;
