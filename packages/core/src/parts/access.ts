export {
  grantSchema,
  grantsSchema,
  type TokenInput,
  tokenSchema,
  tokensFileSchema,
} from "../access/grant-schema.js";
export { insufficientScope } from "../access/insufficient-scope.js";
export { fitsPattern } from "../access/name-pattern.js";
export {
  may,
  Policy,
  policyOf,
  type Subject,
  type SubjectServer,
  subjectOf,
} from "../access/policy.js";
export {
  type Action,
  type Actor,
  actions,
  actorOf,
  type Grant,
  nobody,
  openPrincipal,
  type Principal,
  principalKinds,
} from "../access/principal.js";
export { SeenServers, type ServersInSight, Sights } from "../access/seen-servers.js";
export type { TokenRecord } from "../access/token.js";
export {
  type Admission,
  type AdmissionState,
  admissionStateOf,
  admissionStates,
  isAdmitted,
  type Judge,
  type WaitingReason,
  waitingReasons,
} from "../admission.js";
export { type AdmissionRules, maySee, openAdmission } from "../admission-rules.js";
