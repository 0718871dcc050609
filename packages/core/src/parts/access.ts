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
export type { TokenRecord } from "../access/token.js";
export {
  type Admission,
  type AdmissionRules,
  type AdmissionState,
  admissionStateOf,
  admissionStates,
  isAdmitted,
  type Judge,
  maySee,
  openAdmission,
  type WaitingReason,
  waitingReasons,
} from "../admission.js";
