/** Contract suites of core's ports, for vitest: an adapter that passes them is an adapter. */
export {
  type AuditStoreContractOptions,
  describeAuditStore,
  sampleLine,
} from "./audit-store-contract.js";
export { describeClock } from "./clock-contract.js";
export {
  type CredentialStoreContractOptions,
  describeCredentialStore,
  sampleCredential,
} from "./credential-store-contract.js";
export { describeHubStore, type HubStoreContractOptions } from "./hub-store-contract.js";
export { describeProber, type ProberFixture } from "./prober-contract.js";
export { capabilitiesChanged, creating, sampleRecord, sampleSnapshot, telling } from "./samples.js";
export {
  describeSeriesStore,
  type SeriesStoreContractOptions,
  sampleRow,
} from "./series-store-contract.js";
export {
  describeSessionStore,
  type SessionStoreContractOptions,
} from "./session-store-contract.js";
export {
  describeSignInStore,
  type SignInStoreContractOptions,
} from "./sign-in-store-contract.js";
export { describeStore, type StoreContractOptions } from "./store-contract.js";
export {
  describeTokenStore,
  sampleToken,
  type TokenStoreContractOptions,
} from "./token-store-contract.js";
export {
  describeToolsetStore,
  sampleToolset,
  type ToolsetStoreContractOptions,
} from "./toolset-store-contract.js";
