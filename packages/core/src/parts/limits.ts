export type { BudgetReport, BudgetUse } from "../budget-book.js";
export {
  type BudgetName,
  type BudgetRow,
  budgetNames,
  defaultBudgets,
  rowOf,
  settingOf,
} from "../budgets.js";
export { ByteShares } from "../byte-shares.js";
export { peerOf, plainAddress } from "../peer.js";
export { RateLimit } from "../rate-limit.js";
export { type Holder, Shares } from "../shares.js";
