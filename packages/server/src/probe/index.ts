export type { AddressKind } from "./address.js";
export type { ListenAddress, Resolve } from "./connector.js";
export {
  createDiagnose,
  type Diagnose,
  type Diagnosis,
  type DiagnosisRequest,
  type DiagnosisStep,
} from "./diagnose.js";
export { DialError, type DialStep } from "./dial-error.js";
export {
  createDialer,
  type DialAnswer,
  type Dialer,
  type DialerOptions,
  type DialRequest,
  hubIdHeader,
  hubViaHeader,
} from "./dialer.js";
export {
  checkAddress,
  checkEndpoint,
  createEndpointRules,
  type EndpointProfile,
  type EndpointRules,
} from "./endpoint-rules.js";
export { createProber, type ProberDeps } from "./prober.js";
export {
  createProbeScheduler,
  type ProbeScheduler,
  type ProbeSchedulerDeps,
  type SchedulerLog,
} from "./scheduler.js";
