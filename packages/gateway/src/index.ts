export { findToolsLimit, hubToolNames, hubTools } from "./catalogue/hub-tool-definitions.js";
export { listProblems } from "./catalogue/list-problems.js";
export {
  Gateway,
  type GatewayCatalogue,
  type GatewayOptions,
  type ToolsetSource,
} from "./gateway.js";
export { type HubEndpoint, hubEndpointOf } from "./hub-endpoint.js";
export { shortAnswer } from "./hub-tools/found-tools.js";
export { defaultLimits, type GatewayLimits } from "./limits.js";
export type { GatewayLog } from "./log.js";
export { accessRefusal, refusesAccess } from "./reply/access-refusal.js";
export { connectionRefusal } from "./reply/connection-refusal.js";
export { createCatalogueSearch, type SearchTools } from "./search/catalogue-search.js";
export type { SearchableServer } from "./search/searchable-text.js";
export { ToolSearch } from "./search/tool-search.js";
export { tunedWeights, type Weights } from "./search/weights.js";
export type {
  CallError,
  CallTrace,
  CallTraces,
  TracedCall,
  TraceMeta,
} from "./traffic/call-trace.js";
export type { EndedCall } from "./traffic/counted-call.js";
export { durationBounds } from "./traffic/durations.js";
export type { Knock } from "./upstream/restarts.js";
export { markShared, sharedBytesOf } from "./wire/shared-bytes.js";
