export {
  answersQuestions,
  type ClientCapabilities,
  canAnswer,
} from "./client-capabilities.js";
export { connectionHeaders } from "./connection-headers.js";
export { cutText } from "./cut-text.js";
export { answersRequest, type Envelope, outcomeOf } from "./envelope.js";
export { type Answering, EnvelopeReader, envelopeOf } from "./envelope-reader.js";
export { type EnvelopeProblem, EnvelopeSpelling, withNameAt } from "./envelope-spelling.js";
export {
  batchVersion,
  eraOf,
  isModernVersion,
  legacyVersions,
  type ModernIdentity,
  metaKeys,
  modernMeta,
  modernVersion,
  modernVersions,
  newestLegacyVersion,
  outsideEnvelope,
  serverVersions,
  taskKeys,
  withoutEnvelope,
} from "./eras.js";
export {
  EventParser,
  EventTooLarge,
  eventBytes,
  eventText,
  fieldsText,
  type StreamEvent,
} from "./event-stream.js";
export { type GatewayErrorCode, gatewayErrors, isGatewayError } from "./gateway-errors.js";
export { GrowingBytes } from "./growing-bytes.js";
export {
  decodeHeaderValue,
  encodeHeaderValue,
  type HeaderParameter,
  headerMismatch,
  headerParameters,
  headersForArguments,
} from "./header-values.js";
export { hear } from "./heard.js";
export { type Headers, headerOf } from "./http-headers.js";
export {
  type InputRequired,
  inputRequired,
  legacyQuestion,
  mostInputRounds,
} from "./input-required.js";
export {
  codes,
  errorText,
  isSameId,
  type JsonRpcError,
  type JsonRpcId,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type JsonRpcResponse,
  type Message,
  messageOf,
  modernCode,
  type Outcome,
  type Params,
  parseMessage,
  resultText,
} from "./json-rpc.js";
export {
  endOfText,
  type JsonLimits,
  type JsonVisitor,
  mostMessageDepth,
  scanJson,
} from "./json-scan.js";
export { LineCutter } from "./line-cutter.js";
export { LineReader, type LineReaderOptions } from "./line-reader.js";
export {
  changedLists,
  type ListKind,
  listChanged,
  listKinds,
  resourceUpdated,
} from "./list-changes.js";
export { isLogged, lowestLogLevel } from "./log-levels.js";
export { sessionIdIn } from "./session-id.js";
export { isBatch, membersOf } from "./split-batch.js";
export { isUnauthorized, speaksOfToken } from "./token-refusal.js";
export { memberAt, memberText, textWithArguments } from "./written-json.js";
export { withMeta } from "./written-meta.js";
