import type { Attention } from "./attention.js";
import { type Finding, type FindingCode, findingCodes, type ProbeStep } from "./probe.js";

/** What a verdict can find beside the findings of probes. */
const otherCodes = [
  "LEFT",
  "NOT_PROBED",
  "NO_ANSWER",
  "DRAINING",
  "HIDDEN",
  "LEASE_LOST",
  "ANSWERS_AGAIN",
  "SLOW",
  "CALLS_FAIL",
  "NAME_CONFLICT",
  "SAME_ENDPOINT",
  "UNLIKE_INSTANCES",
  "FLAPPING",
  "ATTENTION",
] as const;

type OtherCode = (typeof otherCodes)[number] | Attention["code"];

/** What a verdict can find. */
export const verdictCodes = [...findingCodes, ...otherCodes] as const;

/** One reason why a server does not work, or will not work well. */
export type VerdictProblem = {
  /** `fault`: it cannot be used because of it. `warning`: it can. */
  readonly severity: "fault" | "warning";
  readonly code: FindingCode | OtherCode;
  /** How far the hub came, where it tried to reach it. */
  readonly step?: ProbeStep;
  /** Where, when it is about one endpoint. */
  readonly endpoint?: string;
  readonly cause: string;
  readonly fix: string;
  readonly suggestion?: Finding["suggestion"];
};

export function problemFrom(
  { step, code, cause, fix, suggestion }: Finding,
  severity: VerdictProblem["severity"],
  endpoint: string,
): VerdictProblem {
  const base = { severity, code, step, endpoint, cause, fix };
  return suggestion === undefined ? base : { ...base, suggestion };
}
