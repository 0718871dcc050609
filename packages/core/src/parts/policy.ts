export { Policy, policyOf } from "../access/policy.js";
