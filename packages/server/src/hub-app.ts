import type { Access } from "./access/open-access.js";
import type { Profile } from "./access/profile.js";
import type { GuardOptions } from "./api/guard.js";
import type { HubApp } from "./api/hono.js";
import type { AppDeps } from "./api/ports.js";
import { createApp } from "./app.js";
import type { TellFault } from "./boundary.js";
import type { SecretKeyFile } from "./credentials/secret-key.js";
import type { HubConfig } from "./hub-config.js";
import type { LevelledLog, Log } from "./log.js";
import { retentionOf } from "./past/retention.js";
import { type SettingSources, settingsInForce } from "./settings/settings-in-force.js";

/** What follows from the configuration, or belongs to access, is made here. */
type HubAppParts = Omit<
  AppDeps,
  | "gate"
  | "logLevel"
  | "onError"
  | "resourceMetadata"
  | "retention"
  | "settings"
  | "signIn"
  | "tokens"
> & {
  readonly config: HubConfig;
  readonly profile: Profile;
  readonly access: Access;
  readonly key: SecretKeyFile;
  readonly log: Log | LevelledLog;
  readonly settingSources: SettingSources | undefined;
  readonly tellFault: TellFault;
};

/** Which hosts and origins may ask a hub. */
export function guardOf(config: HubConfig, profile: Profile): GuardOptions {
  const { allowedHosts, allowedOrigins, publicUrl } = config;
  return { allowedHosts, allowedOrigins, publicUrl, isNetwork: profile === "network" };
}

/** The REST API and the page of a hub. */
export function createHubApp({
  config,
  profile,
  access,
  key,
  settingSources,
  tellFault,
  ...parts
}: HubAppParts): HubApp {
  const { gate, oidc, resourceMetadata, sessions, tokens } = access;
  const { log } = parts;
  const logLevel = "level" in log ? log.level : undefined;
  return createApp({
    ...parts,
    gate,
    tokens,
    resourceMetadata,
    logLevel,
    retention: retentionOf(config),
    signIn: {
      sessions,
      flow: oidc?.people?.flow,
      issuer: config.oidc.people?.issuer,
      usesScopes: config.oidc.people?.usesScopes,
      onFailure: (reason) => log.warn("sign-in-failed", { reason }),
    },
    settings: () =>
      settingsInForce(
        {
          config,
          profile,
          hasKey: key.current !== undefined,
          fileTokens: tokens.list().filter(({ source }) => source === "file").length,
        },
        settingSources === undefined || logLevel === undefined
          ? settingSources
          : { ...settingSources, logLevel: logLevel.current },
      ),
    onError: (error, request, instance) =>
      tellFault({ error, instance, method: request.method, path: new URL(request.url).pathname }),
  });
}
