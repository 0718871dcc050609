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
  "MCP_HUB_HOLD_MS",
  "MCP_HUB_JOURNAL_KEEP_MS",
  "MCP_HUB_HISTORY_KEEP_MS",
  "MCP_HUB_AUDIT_KEEP_MS",
  "MCP_HUB_SIGN_IN_MS",
] as const;

/** Names a setting that is a time. */
export type TimeSettingName = (typeof timeSettingNames)[number];

/** The settings of the hub that are neither times nor budgets. */
export const otherSettingNames = [
  "MCP_HUB_HOST",
  "MCP_HUB_PORT",
  "PORT",
  "MCP_HUB_DATA_DIR",
  "DATABASE_URL",
  "MCP_HUB_TOKENS_FILE",
  "MCP_HUB_PUBLIC_URL",
  "MCP_HUB_PEER_URL",
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

/** Standard variables of OpenTelemetry, of which the hub reads some, and the packages that send its traces the others. */
export const traceSettings = [
  "OTEL_TRACES_EXPORTER",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
  "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
  "OTEL_EXPORTER_OTLP_PROTOCOL",
  "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
  "OTEL_SDK_DISABLED",
  "OTEL_SERVICE_NAME",
  "OTEL_RESOURCE_ATTRIBUTES",
  "OTEL_TRACES_SAMPLER",
  "OTEL_TRACES_SAMPLER_ARG",
  "OTEL_EXPORTER_OTLP_HEADERS",
  "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
  "OTEL_EXPORTER_OTLP_TIMEOUT",
  "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
  "OTEL_BSP_MAX_QUEUE_SIZE",
  "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
  "OTEL_BSP_SCHEDULE_DELAY",
  "OTEL_BSP_EXPORT_TIMEOUT",
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
