import { isIP } from "node:net";
import { resolve } from "node:path";
import {
  type BudgetName,
  type Budgets,
  budgetNames,
  defaultSettings,
  type HubSettings,
  rowOf,
  settingOf,
} from "@hub/core";
import { defaultLimits, type GatewayLimits } from "@hub/gateway";
import { z } from "zod";

/** What the hub reads from its environment. */
export type HubConfig = {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly allowEndpoints: readonly string[];
  readonly logLevel: "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace";
  /** Default: `pretty` on a terminal, else `json`. */
  readonly logFormat: "pretty" | "json" | undefined;
  readonly settings: HubSettings;
  readonly limits: Partial<GatewayLimits>;
  readonly budgets: Budgets;
  /** Keep the parameters of the last calls, for `GET /calls`. */
  readonly keepsParams: boolean;
};

export type ConfigResult =
  | { readonly ok: true; readonly config: HubConfig }
  | { readonly ok: false; readonly problems: readonly string[] };

const day = 24 * 3_600_000;

function milliseconds(least: number, most: number, fallback: number) {
  return z
    .string()
    .regex(/^\d+$/, "must be a whole number of milliseconds")
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be ${least}-${most} milliseconds`)
    .default(fallback);
}

/** The settings of the table of budgets. */
const budgetSettings: Readonly<Record<string, z.ZodType<number>>> = Object.fromEntries(
  budgetNames.map((name) => [settingOf(name), budget(name)]),
);

function budget(name: BudgetName) {
  const { default: fallback, least, most, unit } = rowOf(name);
  const what = unit === "bytes" ? "bytes" : "as a whole number";
  return z
    .string()
    .regex(/^\d+$/, unit === "bytes" ? "must be a whole number of bytes" : "must be a whole number")
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be ${least}-${most} ${what}`)
    .default(fallback);
}

const list = z
  .string()
  .transform((text) =>
    text
      .split(/[\s,]+/)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  )
  .default([]);

const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port number")
  .transform(Number)
  .refine((value) => value <= 65_535, "must be 0-65535");

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && /^https?:/.test(text);
}

function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  const widest = family === 4 ? 32 : 128;
  return (
    family !== 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
  );
}

const environment = z.object({
  MCP_HUB_HOST: z.string().default("127.0.0.1"),
  MCP_HUB_PORT: port.optional(),
  PORT: port.optional(),
  MCP_HUB_DATA_DIR: z.string().default("./data"),
  DATABASE_URL: z
    .string()
    .optional()
    .refine(
      (url) => url === undefined,
      "Postgres is not supported yet; unset it to use the file in MCP_HUB_DATA_DIR",
    ),
  MCP_HUB_TOKENS_FILE: z
    .string()
    .optional()
    .refine(
      (file) => file === undefined,
      "tokens are not supported yet; unset it and keep MCP_HUB_HOST on loopback",
    ),
  MCP_HUB_ALLOWED_HOSTS: list.refine(
    (hosts) => hosts.every((host) => /^[A-Za-z0-9._-]+$|^\[[0-9A-Fa-f:.]+\]$/.test(host)),
    "must be host names without scheme and port, separated by commas",
  ),
  MCP_HUB_ALLOWED_ORIGINS: list.refine(
    (origins) => origins.every(isOrigin),
    "must be origins such as https://tools.example, separated by commas",
  ),
  MCP_HUB_ALLOW_ENDPOINTS: list.refine(
    (networks) => networks.every(isNetwork),
    "must be networks such as 10.0.0.0/8 or fd00::/8, separated by commas",
  ),
  LOG_LEVEL: z
    .enum(
      ["silent", "fatal", "error", "warn", "info", "debug", "trace"],
      "must be silent, fatal, error, warn, info, debug or trace",
    )
    .default("info"),
  LOG_FORMAT: z.enum(["pretty", "json"], "must be pretty or json").optional(),
  MCP_HUB_HEARTBEAT_MS: milliseconds(100, day, defaultSettings.heartbeatMs),
  MCP_HUB_LEASE_TTL_MS: milliseconds(200, day, defaultSettings.leaseTtlMs),
  MCP_HUB_LEASE_MIN_MS: milliseconds(100, day, defaultSettings.leaseMinMs),
  MCP_HUB_DOWN_AFTER_MS: milliseconds(200, 7 * day, defaultSettings.downAfterMs),
  MCP_HUB_FORGET_AFTER_MS: milliseconds(1_000, 3_650 * day, defaultSettings.forgetAfterMs),
  MCP_HUB_SWEEP_MS: milliseconds(50, 60_000, defaultSettings.sweepMs),
  MCP_HUB_PROBE_UP_MS: milliseconds(50, day, defaultSettings.probeUpMs),
  MCP_HUB_PROBE_FAILING_MS: milliseconds(50, day, defaultSettings.probeFailingMs),
  MCP_HUB_PROBE_TIMEOUT_MS: milliseconds(50, 60_000, defaultSettings.probeTimeoutMs),
  MCP_HUB_CALL_TIMEOUT_MS: milliseconds(100, 15 * 60_000, defaultLimits.callTimeoutMs),
  MCP_HUB_SESSION_IDLE_MS: milliseconds(1_000, day, defaultLimits.sessionIdleMs),
  MCP_HUB_GRACE_MS: milliseconds(0, 600_000, defaultLimits.graceMs),
  MCP_HUB_KEEP_PARAMS: z.enum(["on", "off"], "must be on or off").default("off"),
});

/** Variables whose values are secrets, or may hold one. */
const secrets = new Set(["DATABASE_URL", "MCP_HUB_TOKENS_FILE"]);

/** True for an address that only this machine can reach. */
function isLoopbackHost(host: string): boolean {
  return (
    host === "localhost" || host === "::1" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host)
  );
}

function describeIssue(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = issue.path.join(".");
  const got = secrets.has(name) ? "" : ` (got ${JSON.stringify(given[name])})`;
  return `${name} ${issue.message}${got}`;
}

/** Reads the configuration and says everything that is wrong with it at once. An empty variable counts as unset. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): ConfigResult {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const result = environment.safeParse(given);
  const problems = result.success
    ? []
    : result.error.issues.map((issue) => describeIssue(issue, given));
  const host = given.MCP_HUB_HOST ?? "127.0.0.1";
  if (!isLoopbackHost(host)) {
    problems.push(
      `MCP_HUB_HOST ${JSON.stringify(host)} lets other machines in, which needs tokens; this version has none yet, so it listens on loopback only (127.0.0.1, ::1 or localhost)`,
    );
  }
  const budgetResult = z.object(budgetSettings).safeParse(given);
  if (!budgetResult.success)
    problems.push(...budgetResult.error.issues.map((issue) => describeIssue(issue, given)));
  if (!result.success || !budgetResult.success || problems.length > 0)
    return { ok: false, problems };
  const read = result.data;
  const ordered: readonly (readonly [string, number, string, number])[] = [
    [
      "MCP_HUB_LEASE_MIN_MS",
      read.MCP_HUB_LEASE_MIN_MS,
      "MCP_HUB_LEASE_TTL_MS",
      read.MCP_HUB_LEASE_TTL_MS,
    ],
    [
      "MCP_HUB_HEARTBEAT_MS",
      read.MCP_HUB_HEARTBEAT_MS,
      "MCP_HUB_LEASE_TTL_MS",
      read.MCP_HUB_LEASE_TTL_MS,
    ],
    [
      "MCP_HUB_LEASE_TTL_MS",
      read.MCP_HUB_LEASE_TTL_MS,
      "MCP_HUB_DOWN_AFTER_MS",
      read.MCP_HUB_DOWN_AFTER_MS,
    ],
  ];
  for (const [small, smallMs, large, largeMs] of ordered) {
    if (smallMs > largeMs)
      problems.push(`${small} (${smallMs}) must not be more than ${large} (${largeMs})`);
  }
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: {
      host: read.MCP_HUB_HOST,
      port: read.MCP_HUB_PORT ?? read.PORT ?? 8001,
      dataDir: resolve(read.MCP_HUB_DATA_DIR),
      allowedHosts: read.MCP_HUB_ALLOWED_HOSTS,
      allowedOrigins: read.MCP_HUB_ALLOWED_ORIGINS,
      allowEndpoints: read.MCP_HUB_ALLOW_ENDPOINTS,
      logLevel: read.LOG_LEVEL,
      logFormat: read.LOG_FORMAT,
      keepsParams: read.MCP_HUB_KEEP_PARAMS === "on",
      limits: {
        callTimeoutMs: read.MCP_HUB_CALL_TIMEOUT_MS,
        sessionIdleMs: read.MCP_HUB_SESSION_IDLE_MS,
        graceMs: read.MCP_HUB_GRACE_MS,
      },
      budgets: Object.fromEntries(
        budgetNames.map((name) => [name, budgetResult.data[settingOf(name)]]),
        // Every name of the table has its setting.
      ) as Budgets,
      settings: {
        ...defaultSettings,
        heartbeatMs: read.MCP_HUB_HEARTBEAT_MS,
        leaseTtlMs: read.MCP_HUB_LEASE_TTL_MS,
        leaseMinMs: read.MCP_HUB_LEASE_MIN_MS,
        downAfterMs: read.MCP_HUB_DOWN_AFTER_MS,
        forgetAfterMs: read.MCP_HUB_FORGET_AFTER_MS,
        sweepMs: read.MCP_HUB_SWEEP_MS,
        probeUpMs: read.MCP_HUB_PROBE_UP_MS,
        probeFailingMs: read.MCP_HUB_PROBE_FAILING_MS,
        probeTimeoutMs: read.MCP_HUB_PROBE_TIMEOUT_MS,
      },
    },
  };
}
