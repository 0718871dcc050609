export {
  addressKind,
  canonicalAddress,
  type Network,
  networkHolds,
  parseNetwork,
} from "./address.js";
export { type ByteBudget, byteBudget, giveLimit } from "./bounded-body.js";
export { type ConnectTrace, machineAddresses } from "./connector.js";
export { createDeadline, type Deadline } from "./deadline.js";
export { DialError, type DialStep } from "./dial-error.js";
export {
  createDialer,
  type DialAnswer,
  type Dialer,
  type DialerOptions,
  type LineOptions,
} from "./dialer.js";
export {
  checkEndpoint,
  createEndpointRules,
  type EndpointRules,
  hostOf,
  literalAddresses,
} from "./endpoint-rules.js";
export { hubIdHeader, hubViaHeader } from "./hop-headers.js";
export {
  createOperatorFetch,
  type OperatorFetch,
  type OperatorFetchOptions,
  type OperatorRequest,
} from "./operator-fetch.js";
export { createOperatorLine, type OperatorLine } from "./operator-line.js";
export { refuseOwn } from "./own-endpoint.js";
export { mostRedirects, redirectToFollow } from "./redirect.js";
