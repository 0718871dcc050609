import type { otherSettingNames } from "@hub/core/environment";
import { admissionOf } from "../access/profile.js";
import type { SettingRow } from "./setting-row.js";

/** Those that the program keeps to itself, and the second name of the port, are not the hub's. */
type NameOfHub = Exclude<
  (typeof otherSettingNames)[number],
  "PORT" | "LOG_LEVEL" | "LOG_FORMAT" | "DATABASE_URL"
>;

const onOff = (isOn: boolean) => (isOn ? "on" : "off");

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

const held = (all: readonly unknown[] | undefined, word: string) =>
  all === undefined ? null : counted(all.length, word);

/** The settings of the hub that are neither times nor budgets, in the order in which they are shown. */
export const otherSettings = {
  MCP_HUB_HOST: {
    meaning: "address to listen on; beyond loopback only with tokens or an issuer",
    value: ({ config }) => config.host,
  },
  MCP_HUB_PORT: {
    meaning:
      "port to listen on; the hub never chooses another one, because servers have it in MCP_HUB_URL",
    value: ({ config }) => config.port,
  },
  MCP_HUB_DATA_DIR: {
    meaning: "directory for the data (hub.db)",
    value: ({ config }) => config.dataDir,
  },
  MCP_HUB_PUBLIC_URL: {
    meaning:
      "the origin under which clients reach the hub, such as https://hub.example; default: where they call it",
    value: ({ config }) => config.publicUrl ?? null,
  },
  MCP_HUB_PEER_URL: {
    meaning:
      "where other hubs on the same database reach this one, such as http://10.0.0.5:8002; it listens there for them alone",
    value: ({ config }) => config.peerUrl ?? null,
  },
  MCP_HUB_TRUSTED_PROXIES: {
    meaning:
      "addresses and networks (CIDR) of proxies whose forwarded headers count, separated by commas",
    value: ({ config }) => config.trustedProxies,
  },
  MCP_HUB_ALLOWED_HOSTS: {
    meaning:
      "more host names for the Host header, separated by commas; one that is not this machine's needs tokens",
    value: ({ config }) => config.allowedHosts,
  },
  MCP_HUB_ALLOWED_ORIGINS: {
    meaning: "origins whose pages may call the hub, separated by commas",
    value: ({ config }) => config.allowedOrigins,
  },
  MCP_HUB_ALLOW_ENDPOINTS: {
    meaning: "networks (CIDR) to which the hub may connect, although they are closed by default",
    value: ({ config }) => config.allowEndpoints,
  },
  MCP_HUB_ADMISSION: {
    meaning: "whether a server that nobody let in waits for an admin",
    value: ({ config, profile }) => admissionOf(config, profile),
  },
  MCP_HUB_ADMIT: {
    meaning:
      "patterns of ids of servers, such as payments-*, that need nobody to let them in, separated by commas",
    value: ({ config }) => config.admit,
  },
  MCP_HUB_AUDIT_ARGUMENTS: {
    meaning: "on: the audit has the arguments of calls, which may contain secrets",
    value: ({ config }) => onOff(config.audit.keepsArguments),
  },
  MCP_HUB_KEEP_PARAMS: {
    meaning: "on: GET /calls shows the arguments of calls, which may contain secrets",
    value: ({ config }) => onOff(config.keepsParams),
  },
  MCP_HUB_TOKENS_FILE: {
    meaning:
      "a JSON file with tokens, besides those that admins make; the hub reads it again when it changes",
    value: ({ config, fileTokens }) =>
      config.tokensFile === undefined ? null : counted(fileTokens, "token"),
  },
  MCP_HUB_OIDC_ISSUER: {
    meaning: "the URL of the issuer whose tokens the hub takes, as they have it in iss",
    value: ({ config }) => config.oidc.people?.issuer ?? null,
  },
  MCP_HUB_OIDC_AUDIENCE: {
    meaning: "what its tokens may be for besides the URLs of the hub, separated by commas",
    value: ({ config }) => config.oidc.people?.audiences ?? [],
  },
  MCP_HUB_OIDC_HOSTS: {
    meaning:
      "host names besides the issuer's own where its keys and its token endpoint may be, separated by commas",
    value: ({ config }) => config.oidc.people?.hosts ?? [],
  },
  MCP_HUB_OIDC_SCOPES: {
    meaning:
      "off: tokens have no scopes of the hub, and MCP_HUB_OIDC_GRANTS_FILE alone says what they allow",
    value: ({ config }) => onOff(config.oidc.people?.usesScopes !== false),
  },
  MCP_HUB_OIDC_GRANTS_FILE: {
    meaning: "a JSON file with rules that grant rights by claims, such as groups",
    value: ({ config }) => held(config.oidc.people?.rules, "rule"),
  },
  MCP_HUB_OIDC_CLIENT_ID: {
    meaning: "what the hub is to the issuer when people sign in",
    value: ({ config }) => config.oidc.people?.clientId ?? null,
  },
  MCP_HUB_OIDC_CLIENT_SECRET_FILE: {
    meaning: "a file with the secret of that client; default: a public client",
    value: ({ config }) => (config.oidc.people?.clientSecret === undefined ? null : "set"),
  },
  MCP_HUB_WORKLOADS_FILE: {
    meaning: "a JSON file with issuers of programs, such as Kubernetes",
    value: ({ config }) => held(config.oidc.workloads, "issuer"),
  },
  MCP_HUB_SECRET_KEY_FILE: {
    meaning:
      "file with the 32 random bytes that seal credentials; made when it is first needed, and refused when others may read it",
    value: ({ hasKey }) => (hasKey ? "set" : null),
  },
} as const satisfies Readonly<Record<NameOfHub, SettingRow>>;
