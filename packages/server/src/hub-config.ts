import { type Budgets, defaultSettings, type HubSettings } from "@hub/core";
import { defaultBudgets } from "@hub/core/limits";
import { dayMs } from "@hub/core/past";
import { defaultLimits, type GatewayLimits } from "@hub/gateway";
import type { OidcSettings } from "./access/oidc/settings.js";

/** How a hub is to be. `defaultConfig` has the defaults. */
export type HubConfig = {
  /** Where it listens. Beyond loopback only with tokens, or with other authenticators. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Made when it is missing. The default store is the file `hub.db` in it. */
  readonly dataDir: string;
  /** A JSON file with tokens, besides those in the store; read again when it changes. Default: none. */
  readonly tokensFile?: string | undefined;
  /** Host names (without port) that requests may be addressed to, beside localhost and the loopback addresses. */
  readonly allowedHosts: readonly string[];
  /** Origins, such as `https://tools.example`, whose pages may call the hub. */
  readonly allowedOrigins: readonly string[];
  /** The origin under which clients reach the hub, such as `https://hub.example`. Default: where it listens. */
  readonly publicUrl?: string | undefined;
  /**
   * Where other hubs on the same database reach this one, such as `http://10.0.0.5:8002`; it listens there for them
   * alone. Default: they do not reach it.
   */
  readonly peerUrl?: string | undefined;
  /** Addresses and networks of proxies in front of the hub, whose word on where requests come from counts. */
  readonly trustedProxies: readonly string[];
  /** Networks, such as `10.0.0.0/8`, that servers may be in beside those that a hub on loopback dials. */
  readonly allowEndpoints: readonly string[];
  /**
   * Whether a name that nobody let in waits (`ask`), or everything is let in. Default: `ask` where other machines
   * reach the hub, else `open`.
   */
  readonly admission?: "open" | "ask" | undefined;
  /** Patterns of ids of servers, such as `payments-*`, that are let in whoever registers them. */
  readonly admit: readonly string[];
  /** Issuers whose tokens the hub takes. Default: none. */
  readonly oidc: OidcSettings;
  /** How long people stay signed in at a browser, in milliseconds. */
  readonly signInMs: number;
  /** The numbers of leases and probes. */
  readonly settings: HubSettings;
  /** The times of the gateway. */
  readonly limits: GatewayLimits;
  /** How much of everything there may be. */
  readonly budgets: Budgets;
  readonly audit: AuditConfig;
  readonly retention: RetentionConfig;
  /** Keep the parameters of the last calls, which may hold secrets, for `GET /calls`. */
  readonly keepsParams: boolean;
  /**
   * The file with the key that seals what the hub proves itself with to servers. Made when it is first needed.
   * Default: `secret.key` in the data directory.
   */
  readonly secretKeyFile?: string | undefined;
};

/** What is kept of who did what. */
type AuditConfig = {
  /** How long, in milliseconds. */
  readonly keepMs: number;
  /** Keep the arguments of calls, which may hold secrets. */
  readonly keepsArguments: boolean;
};

/** How long what happened is kept, in milliseconds, beside the audit. */
type RetentionConfig = {
  /** Events of the journal. */
  readonly journalMs: number;
  /** What servers offered, and when it changed. */
  readonly historyMs: number;
};

type Nested = "settings" | "limits" | "budgets" | "audit" | "retention";

/** A part of the configuration, as a program gives it; the defaults fill in the rest. */
export type PartialHubConfig = Partial<Omit<HubConfig, Nested>> & {
  readonly [Name in Nested]?: Partial<HubConfig[Name]>;
};

export const defaultConfig: HubConfig = {
  host: "127.0.0.1",
  port: 8001,
  dataDir: "./data",
  allowedHosts: [],
  allowedOrigins: [],
  trustedProxies: [],
  allowEndpoints: [],
  admit: [],
  oidc: {},
  signInMs: 12 * 3_600_000,
  settings: defaultSettings,
  limits: defaultLimits,
  budgets: defaultBudgets,
  audit: { keepMs: 365 * dayMs, keepsArguments: false },
  retention: { journalMs: 90 * dayMs, historyMs: 365 * dayMs },
  keepsParams: false,
};

/** The whole configuration that a part of it means. */
export function configFrom(given: PartialHubConfig = {}): HubConfig {
  const { publicUrl } = given;
  return {
    ...defaultConfig,
    ...given,
    publicUrl: publicUrl === undefined ? undefined : new URL(publicUrl).origin,
    settings: { ...defaultConfig.settings, ...given.settings },
    limits: { ...defaultConfig.limits, ...given.limits },
    budgets: { ...defaultConfig.budgets, ...given.budgets },
    audit: { ...defaultConfig.audit, ...given.audit },
    retention: { ...defaultConfig.retention, ...given.retention },
  };
}
