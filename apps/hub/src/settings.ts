import type { TimeSettingName } from "@hub/core/environment";
import { budgetNames, rowOf, settingOf } from "@hub/core/limits";
import { defaultConfig } from "@hub/server";

/** A setting that is a whole number. */
export type NumberSetting = {
  readonly unit: "milliseconds" | "bytes" | "items";
  readonly default: number;
  readonly least: number;
  readonly most: number;
};

const { settings, limits, audit, retention } = defaultConfig;
const day = 24 * 3_600_000;

const time = (least: number, most: number, fallback: number): NumberSetting => ({
  unit: "milliseconds",
  default: fallback,
  least,
  most,
});

/** The settings that are times. */
export const timeSettings = {
  MCP_HUB_HEARTBEAT_MS: time(100, day, settings.heartbeatMs),
  MCP_HUB_LEASE_TTL_MS: time(200, day, settings.leaseTtlMs),
  MCP_HUB_LEASE_MIN_MS: time(100, day, settings.leaseMinMs),
  MCP_HUB_DOWN_AFTER_MS: time(200, 7 * day, settings.downAfterMs),
  MCP_HUB_FORGET_AFTER_MS: time(1_000, 3_650 * day, settings.forgetAfterMs),
  MCP_HUB_SWEEP_MS: time(50, 60_000, settings.sweepMs),
  MCP_HUB_PROBE_UP_MS: time(50, day, settings.probeUpMs),
  MCP_HUB_PROBE_FAILING_MS: time(50, day, settings.probeFailingMs),
  MCP_HUB_PROBE_TIMEOUT_MS: time(50, 60_000, settings.probeTimeoutMs),
  MCP_HUB_CALL_TIMEOUT_MS: time(100, 15 * 60_000, limits.callTimeoutMs),
  MCP_HUB_SESSION_IDLE_MS: time(1_000, day, limits.sessionIdleMs),
  MCP_HUB_GRACE_MS: time(0, 600_000, limits.graceMs),
  MCP_HUB_HOLD_MS: time(0, 600_000, limits.restartMs),
  MCP_HUB_JOURNAL_KEEP_MS: time(60_000, 3_650 * day, retention.journalMs),
  MCP_HUB_HISTORY_KEEP_MS: time(60_000, 3_650 * day, retention.historyMs),
  MCP_HUB_AUDIT_KEEP_MS: time(60_000, 3_650 * day, audit.keepMs),
  MCP_HUB_SIGN_IN_MS: time(60_000, 30 * day, defaultConfig.signInMs),
} as const satisfies Readonly<Record<TimeSettingName, NumberSetting>>;

/** The settings of the table of budgets. */
export const budgetSettings: Readonly<Record<string, NumberSetting>> = Object.fromEntries(
  budgetNames.map((name) => [settingOf(name), rowOf(name)]),
);
