export { selfSigned } from "./certificate.js";
export { LegacyClient, ModernClient } from "./clients/clients.js";
export { type Answer, Exchange } from "./clients/exchange.js";
export { Collector } from "./collector.js";
export { holdEvent, holdResponse, holdToContract } from "./contract.js";
export { createTestDialer } from "./dialer.js";
export { freePort } from "./free-port.js";
export {
  countByStatus,
  type FuzzRequest,
  type FuzzResult,
  sendAll,
  wronglyAnswered,
} from "./fuzz.js";
export { codeOf, deep, flood, mostSent, probeHostile, stream } from "./hostile.js";
export {
  closedPort,
  closeServers,
  type RpcRequest,
  rpcOf,
  sendJson,
  serve,
  serveTcp,
  serveTls,
  type TestServer,
} from "./http-server.js";
export { type Ended, HubAt, HubProcess, type JournalEntry, Program, quick } from "./hub-process.js";
export { knownTokens } from "./known-tokens.js";
export { openMany } from "./many-connections.js";
export {
  type LegacyIntroduction,
  legacy,
  modern,
  serveV1,
  serveV1InV2Handler,
  serveV1Sse,
  serveV2,
  serveV2WithHostCheck,
} from "./mcp-servers.js";
export {
  legacyVersion,
  type Message,
  metaKey,
  modernVersion,
  type Params,
  type Payload,
  textOf,
  textResult,
} from "./messages.js";
export { type Account, OidcIssuer, type OidcIssuerOptions } from "./oidc-issuer.js";
export type { CollectedSpan } from "./otlp-spans.js";
export { Postgres } from "./postgres.js";
export { Upstreams } from "./programs/upstreams.js";
export {
  allowedMs,
  keepAsking,
  quantile,
  type RawAnswer,
  RawConnection,
  requestBytes,
} from "./raw-http.js";
export { type Lease, TestHub, type TestHubOptions } from "./test-hub.js";
export { until } from "./until.js";
export { interceptMessages } from "./upstreams/intercept-messages.js";
export { ask, LegacyUpstream } from "./upstreams/legacy-upstream.js";
export { ModernUpstream } from "./upstreams/modern-upstream.js";
export { SseUpstream } from "./upstreams/sse-upstream.js";
export { tool, Upstream, type UpstreamOptions } from "./upstreams/upstream.js";
export { RpcError, UpstreamCall } from "./upstreams/upstream-call.js";
export { answerWritten } from "./upstreams/written-upstream.js";
export { type Visit, Visitor } from "./visitor.js";
export { closeAll, closeLater, gate, quiet } from "./wait.js";
