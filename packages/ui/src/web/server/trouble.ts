import type { FindingView, InstanceDetail } from "@hub/api";

/** The hub's reason without the fix, which stands beside it on its own. */
export function whatHappened({
  reason,
  problem,
}: Pick<InstanceDetail, "reason" | "problem">): string {
  if (problem === undefined || !reason.endsWith(` ${problem.fix}`)) return reason;
  return reason.slice(0, -problem.fix.length - 1);
}

type Step = FindingView["step"];

const words: readonly (readonly [Step, string])[] = [
  ["resolve", "find its address"],
  ["connect", "connect"],
  ["tls", "secure the connection"],
  ["http", "ask over HTTP"],
  ["mcp", "speak MCP"],
  ["era", "agree on a version"],
  ["identity", "check who answers"],
];

export type ShownStep = {
  readonly step: Step;
  readonly word: string;
  readonly state: "passed" | "failed" | "not reached";
};

/** The steps of a probe up to where it failed, and those it never reached. */
export function stepsOf(failed: Step, endpoint: string): readonly ShownStep[] {
  const isSecure = endpoint.toLowerCase().startsWith("https:");
  const steps = words.filter(([step]) => step !== "tls" || isSecure || failed === "tls");
  const at = steps.findIndex(([step]) => step === failed);
  return steps.map(([step, word], index) => ({
    step,
    word,
    state: index < at ? "passed" : index === at ? "failed" : "not reached",
  }));
}
