export {
  grantSchema,
  grantsSchema,
  type TokenInput,
  tokenSchema,
  tokensFileSchema,
} from "../access/grant-schema.js";
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
  actions,
  type Grant,
  nobody,
  openPrincipal,
  type Principal,
} from "../access/principal.js";
export type { TokenRecord } from "../access/token.js";
