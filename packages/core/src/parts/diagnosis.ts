export { type Attention, attentionOf } from "../attention.js";
export type { RecentCall } from "../call-problem.js";
export { harmlessLines } from "../harmless-lines.js";
export type { Examined } from "../instance-problems.js";
export { longestLogBytes, mostLogLines, type ServerLog, ServerLogs } from "../server-logs.js";
export { type Verdict, type VerdictFacts, verdictOf } from "../verdict.js";
export { type VerdictProblem, verdictCodes } from "../verdict-problem.js";
