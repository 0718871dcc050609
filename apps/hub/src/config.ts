import { isIP } from "node:net";
import { resolve } from "node:path";
import { logLevels } from "@hub/api";
import type { Budgets } from "@hub/core";
import {
  type Environment,
  givenVariables,
  type otherSettingNames,
  type UnknownSetting,
  unknownSettings,
} from "@hub/core/environment";
import { budgetNames, settingOf } from "@hub/core/limits";
import { defaultConfig, type HubConfig, type LogLevel } from "@hub/server";
import { z } from "zod";
import { isIssuer } from "./oidc-files.js";
import { oidcSettings } from "./oidc-settings.js";
import { budgetSettings, type NumberSetting, timeSettings } from "./settings.js";

/** What the program reads from its environment. */
export type ProgramConfig = HubConfig & {
  /** A Postgres database in place of the file in `dataDir`. It may hold a password. */
  readonly databaseUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** Default: `pretty` on a terminal, else `json`. */
  readonly logFormat: "pretty" | "json" | undefined;
};

/** `unknown`: variables that look like settings of the hub and are none, so that a slip shows. */
export type ConfigResult = { readonly unknown: readonly UnknownSetting[] } & (
  | { readonly ok: true; readonly config: ProgramConfig }
  | { readonly ok: false; readonly problems: readonly string[] }
);

/** How a number is said in the words of its unit. */
const units = { milliseconds: "milliseconds, as", bytes: "bytes, as", items: "as" } as const;

function wholeNumber({ unit, default: fallback, least, most }: NumberSetting) {
  const expected = `must be ${least}-${most} ${units[unit]} a whole number`;
  return z
    .string()
    .regex(/^\d+$/, expected)
    .transform(Number)
    .refine((value) => value >= least && value <= most, expected)
    .default(fallback);
}

type NumbersOf<Settings> = { [Name in keyof Settings]: ReturnType<typeof wholeNumber> };

function wholeNumbers<Settings extends Readonly<Record<string, NumberSetting>>>(
  settings: Settings,
): NumbersOf<Settings> {
  const entries = Object.entries(settings).map(([name, row]) => [name, wholeNumber(row)]);
  // Of each name one.
  return Object.fromEntries(entries) as NumbersOf<Settings>;
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
  .regex(/^\d{1,5}$/, "must be a port number, 0-65535")
  .transform(Number)
  .refine((value) => value <= 65_535, "must be a port number, 0-65535");

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

/** A URL that is no more than an origin, in whatever way that is written. */
function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, href, protocol } = new URL(text);
  return /^https?:$/.test(protocol) && href === `${origin}/`;
}

/** An address and a port of this machine, which another one can call. */
function isPeerUrl(text: string): boolean {
  if (!isPublicUrl(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "http:" && hostname !== "0.0.0.0" && hostname !== "[::]";
}

const environment = z.object({
  MCP_HUB_HOST: z.string().default(defaultConfig.host),
  MCP_HUB_PORT: port.optional(),
  PORT: port.optional(),
  MCP_HUB_DATA_DIR: z.string().default(defaultConfig.dataDir),
  DATABASE_URL: z
    .string()
    .optional()
    .refine(
      (url) => url === undefined || /^postgres(ql)?:\/\/./.test(url),
      "must be an address such as postgres://user:password@host:5432/database; unset it to use the file in MCP_HUB_DATA_DIR",
    ),
  MCP_HUB_TOKENS_FILE: z.string().optional(),
  MCP_HUB_PUBLIC_URL: z
    .string()
    .refine(isPublicUrl, "must be an origin such as https://hub.example, without a path")
    .transform((text) => new URL(text).origin)
    .optional(),
  MCP_HUB_PEER_URL: z
    .string()
    .refine(
      isPeerUrl,
      "must be where other hubs reach this one, with an address of this machine and a free port, such as http://10.0.0.5:8002",
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  MCP_HUB_TRUSTED_PROXIES: list.refine(
    (proxies) => proxies.every(isNetwork),
    "must be addresses and networks of proxies, such as 127.0.0.1 or 10.0.0.0/8, separated by commas",
  ),
  MCP_HUB_SECRET_KEY_FILE: z.string().optional(),
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
  MCP_HUB_ADMISSION: z.enum(["open", "ask"], "must be open or ask").optional(),
  MCP_HUB_ADMIT: list.refine(
    (patterns) => patterns.every((pattern) => /^[a-z0-9*-]{1,100}$/.test(pattern)),
    "must be patterns of ids such as payments-*, separated by commas",
  ),
  MCP_HUB_OIDC_ISSUER: z
    .string()
    .refine(isIssuer, "must be an https URL without a query (http only on loopback)")
    .optional(),
  MCP_HUB_OIDC_AUDIENCE: list,
  MCP_HUB_OIDC_HOSTS: list.refine(
    (hosts) => hosts.every((host) => /^[A-Za-z0-9.-]+$/.test(host)),
    "must be host names without scheme and port, separated by commas",
  ),
  MCP_HUB_OIDC_SCOPES: z.enum(["on", "off"], "must be on or off").default("on"),
  MCP_HUB_OIDC_GRANTS_FILE: z.string().optional(),
  MCP_HUB_OIDC_CLIENT_ID: z.string().optional(),
  MCP_HUB_OIDC_CLIENT_SECRET_FILE: z.string().optional(),
  MCP_HUB_WORKLOADS_FILE: z.string().optional(),
  LOG_LEVEL: z
    .enum(logLevels, "must be silent, fatal, error, warn, info, debug or trace")
    .default("info"),
  LOG_FORMAT: z.enum(["pretty", "json"], "must be pretty or json").optional(),
  MCP_HUB_KEEP_PARAMS: z.enum(["on", "off"], "must be on or off").default("off"),
  MCP_HUB_AUDIT_ARGUMENTS: z.enum(["on", "off"], "must be on or off").default("off"),
} satisfies Record<(typeof otherSettingNames)[number], z.ZodType>);

const timesRead = z.object(wholeNumbers(timeSettings));
const budgetsRead = z.object(wholeNumbers(budgetSettings));

/** Variables whose values are secrets, or may hold one. */
const secrets = new Set(["DATABASE_URL"]);

/** An address with a user, and what may be a password: one with a slash in it, too, which makes it no address. */
const holdsPassword = /\/\/.*@/s;

function describeIssue(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = issue.path.join(".");
  const text = JSON.stringify(given[name]);
  const got = secrets.has(name) || holdsPassword.test(text ?? "") ? "" : ` (got ${text})`;
  return `${name} ${issue.message}${got}`;
}

/**
 * Reads the configuration and says everything that is wrong with it at once. An empty variable counts as
 * unset, and so does one by which Kubernetes says where a service is.
 */
export function parseConfig(env: Environment): ConfigResult {
  const given = Object.fromEntries(givenVariables(env));
  const problems: string[] = [];
  const parsed = <Settings>(schema: z.ZodType<Settings>): Settings | undefined => {
    const result = schema.safeParse(given);
    if (result.error !== undefined)
      problems.push(...result.error.issues.map((issue) => describeIssue(issue, given)));
    return result.data;
  };
  const read = parsed(environment);
  const times = parsed(timesRead);
  const budgets = parsed(budgetsRead);
  const unknown = unknownSettings(env);
  if (read === undefined || times === undefined || budgets === undefined || problems.length > 0)
    return { ok: false, problems, unknown };
  const ordered = [
    ["MCP_HUB_LEASE_MIN_MS", "MCP_HUB_LEASE_TTL_MS"],
    ["MCP_HUB_HEARTBEAT_MS", "MCP_HUB_LEASE_TTL_MS"],
    ["MCP_HUB_LEASE_TTL_MS", "MCP_HUB_DOWN_AFTER_MS"],
  ] as const;
  for (const [small, large] of ordered) {
    if (times[small] > times[large])
      problems.push(`${small} (${times[small]}) must not be more than ${large} (${times[large]})`);
  }
  const oidc = oidcSettings(read, (name, problem) => problems.push(`${name} ${problem}`));
  if (problems.length > 0) return { ok: false, problems, unknown };
  return {
    ok: true,
    unknown,
    config: {
      host: read.MCP_HUB_HOST,
      port: read.MCP_HUB_PORT ?? read.PORT ?? defaultConfig.port,
      dataDir: resolve(read.MCP_HUB_DATA_DIR),
      databaseUrl: read.DATABASE_URL,
      secretKeyFile:
        read.MCP_HUB_SECRET_KEY_FILE === undefined
          ? undefined
          : resolve(read.MCP_HUB_SECRET_KEY_FILE),
      publicUrl: read.MCP_HUB_PUBLIC_URL,
      peerUrl: read.MCP_HUB_PEER_URL,
      trustedProxies: read.MCP_HUB_TRUSTED_PROXIES,
      tokensFile:
        read.MCP_HUB_TOKENS_FILE === undefined ? undefined : resolve(read.MCP_HUB_TOKENS_FILE),
      allowedHosts: read.MCP_HUB_ALLOWED_HOSTS,
      allowedOrigins: read.MCP_HUB_ALLOWED_ORIGINS,
      allowEndpoints: read.MCP_HUB_ALLOW_ENDPOINTS,
      ...(read.MCP_HUB_ADMISSION === undefined ? {} : { admission: read.MCP_HUB_ADMISSION }),
      admit: read.MCP_HUB_ADMIT,
      oidc,
      signInMs: times.MCP_HUB_SIGN_IN_MS,
      logLevel: read.LOG_LEVEL,
      logFormat: read.LOG_FORMAT,
      keepsParams: read.MCP_HUB_KEEP_PARAMS === "on",
      audit: {
        keepMs: times.MCP_HUB_AUDIT_KEEP_MS,
        keepsArguments: read.MCP_HUB_AUDIT_ARGUMENTS === "on",
      },
      retention: {
        journalMs: times.MCP_HUB_JOURNAL_KEEP_MS,
        historyMs: times.MCP_HUB_HISTORY_KEEP_MS,
      },
      limits: {
        ...defaultConfig.limits,
        callTimeoutMs: times.MCP_HUB_CALL_TIMEOUT_MS,
        sessionIdleMs: times.MCP_HUB_SESSION_IDLE_MS,
        graceMs: times.MCP_HUB_GRACE_MS,
        restartMs: times.MCP_HUB_HOLD_MS,
      },
      budgets: Object.fromEntries(
        budgetNames.map((name) => [name, budgets[settingOf(name)]]),
        // Every name of the table has its setting.
      ) as Budgets,
      settings: {
        ...defaultConfig.settings,
        heartbeatMs: times.MCP_HUB_HEARTBEAT_MS,
        leaseTtlMs: times.MCP_HUB_LEASE_TTL_MS,
        leaseMinMs: times.MCP_HUB_LEASE_MIN_MS,
        downAfterMs: times.MCP_HUB_DOWN_AFTER_MS,
        forgetAfterMs: times.MCP_HUB_FORGET_AFTER_MS,
        sweepMs: times.MCP_HUB_SWEEP_MS,
        probeUpMs: times.MCP_HUB_PROBE_UP_MS,
        probeFailingMs: times.MCP_HUB_PROBE_FAILING_MS,
        probeTimeoutMs: times.MCP_HUB_PROBE_TIMEOUT_MS,
      },
    },
  };
}
