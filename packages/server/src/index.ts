export {
  type Authenticator,
  Gate,
  type GateOptions,
  type Identified,
} from "./access/gate.js";
export type {
  ClaimRule,
  IssuerSettings,
  OidcSettings,
  PeopleIssuer,
  WorkloadIssuer,
} from "./access/oidc/settings.js";
export type { AccessOptions } from "./access/open-access.js";
export { isLoopbackHost, type Profile, profileOf, type Reach } from "./access/profile.js";
export { invalidCredential, unauthenticated } from "./access/refusals.js";
export type { RequestHead } from "./access/request-head.js";
export { tokenView } from "./access/tokens/token-view.js";
export { type MadeToken, Tokens, type TokensOptions } from "./access/tokens/tokens.js";
export type { GuardOptions } from "./api/guard.js";
export type { HubApp } from "./api/hono.js";
export type { AppDeps, HubInfo } from "./api/ports.js";
export type { WebAsset, WebUi } from "./api/web-ui.js";
export { createApp } from "./app.js";
export { Credentials } from "./credentials/credentials.js";
export { resealed } from "./credentials/held-credential.js";
export { type SealingKey, SecretKeyFile } from "./credentials/secret-key.js";
export { describeError } from "./describe-error.js";
export { Doctor, type DoctorDeps, type DoctorRequest } from "./doctor/doctor.js";
export { followLogs } from "./doctor/follow-logs.js";
export { type EmbeddedHub, type EmbedOptions, embedHub } from "./embed-hub.js";
export {
  defaultConfig,
  type HubConfig,
  type PartialHubConfig,
} from "./hub-config.js";
export type { HubOptions, StoreContext } from "./hub-options.js";
export { newLeaseId } from "./lease-id.js";
export {
  createLog,
  type LevelledLog,
  type LevelSwitch,
  type Log,
  type LogFields,
  type LogLevel,
  type LogOptions,
} from "./log.js";
export { StartError } from "./start-error.js";
export { type Hub, localUrl, startHub } from "./start-hub.js";
export { openTraces } from "./traces/open-traces.js";
export type { Traces } from "./traces/traces.js";
export { troubleIn } from "./trouble.js";
export { version } from "./version.js";
