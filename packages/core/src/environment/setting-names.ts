import { budgetNames, settingOf } from "../budgets.js";

/** The settings of the hub that are times. */
export const timeSettingNames = [
  "MCP_HUB_HEARTBEAT_MS",
  "MCP_HUB_LEASE_TTL_MS",
  "MCP_HUB_LEASE_MIN_MS",
  "MCP_HUB_DOWN_AFTER_MS",
  "MCP_HUB_FORGET_AFTER_MS",
  "MCP_HUB_SWEEP_MS",
  "MCP_HUB_PROBE_UP_MS",
  "MCP_HUB_PROBE_FAILING_MS",
  "MCP_HUB_PROBE_TIMEOUT_MS",
  "MCP_HUB_CALL_TIMEOUT_MS",
  "MCP_HUB_SESSION_IDLE_MS",
  "MCP_HUB_GRACE_MS",
  "MCP_HUB_AUDIT_KEEP_MS",
  "MCP_HUB_SIGN_IN_MS",
] as const;

/** The settings of the hub that are neither times nor budgets. */
export const otherSettingNames = [
  "MCP_HUB_HOST",
  "MCP_HUB_PORT",
  "PORT",
  "MCP_HUB_DATA_DIR",
  "DATABASE_URL",
  "MCP_HUB_TOKENS_FILE",
  "MCP_HUB_PUBLIC_URL",
  "MCP_HUB_TRUSTED_PROXIES",
  "MCP_HUB_SECRET_KEY_FILE",
  "MCP_HUB_ALLOWED_HOSTS",
  "MCP_HUB_ALLOWED_ORIGINS",
  "MCP_HUB_ALLOW_ENDPOINTS",
  "MCP_HUB_ADMISSION",
  "MCP_HUB_ADMIT",
  "MCP_HUB_OIDC_ISSUER",
  "MCP_HUB_OIDC_AUDIENCE",
  "MCP_HUB_OIDC_HOSTS",
  "MCP_HUB_OIDC_SCOPES",
  "MCP_HUB_OIDC_GRANTS_FILE",
  "MCP_HUB_OIDC_CLIENT_ID",
  "MCP_HUB_OIDC_CLIENT_SECRET_FILE",
  "MCP_HUB_WORKLOADS_FILE",
  "LOG_LEVEL",
  "LOG_FORMAT",
  "MCP_HUB_KEEP_PARAMS",
  "MCP_HUB_AUDIT_ARGUMENTS",
] as const;

/** What servers and clients read, and the hub does not. */
export const settingsOfOthers = [
  "MCP_HUB_URL",
  "MCP_HUB_TOKEN",
  "MCP_HUB_TOKEN_FILE",
  "MCP_HUB_ADVERTISE_URL",
  "MCP_HUB_SERVICE_KEY",
] as const;

/** Every variable that the hub reads. */
export const hubSettings: readonly string[] = [
  ...otherSettingNames,
  ...timeSettingNames,
  ...budgetNames.map(settingOf),
];
