export { type Attention, attentionOf } from "../attention.js";
export { harmlessLines } from "../harmless-lines.js";
export { longestLogBytes, mostLogLines, type ServerLog, ServerLogs } from "../server-logs.js";
export {
  type Examined,
  type RecentCall,
  type Verdict,
  type VerdictFacts,
  type VerdictProblem,
  verdictCodes,
  verdictOf,
} from "../verdict.js";
