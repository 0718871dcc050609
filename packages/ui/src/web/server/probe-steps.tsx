import type { FindingView } from "@hub/api";
import { Check, X } from "lucide-react";
import { stepsOf } from "./trouble.js";

const looks = {
  passed: "text-good",
  failed: "bg-bad-soft font-medium text-bad",
  "not reached": "text-soft",
} as const;

/** How far the last probe came. */
export function ProbeSteps({
  failed,
  endpoint,
}: {
  readonly failed: FindingView["step"];
  readonly endpoint: string;
}) {
  return (
    <ol aria-label="How far the probe got" className="flex flex-wrap gap-x-1 gap-y-1 text-xs">
      {stepsOf(failed, endpoint).map(({ step, word, state }) => (
        <li
          key={step}
          data-step={step}
          className={`inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 ${looks[state]}`}
        >
          {state === "passed" && <Check className="size-3.5" aria-hidden="true" />}
          {state === "failed" && <X className="size-3.5" aria-hidden="true" />}
          {state === "not reached" && <span aria-hidden="true">·</span>}
          {word}
          <span className="sr-only">: {state}</span>
        </li>
      ))}
    </ol>
  );
}
