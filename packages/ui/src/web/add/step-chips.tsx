import type { Diagnosis } from "@hub/api";
import { Check, X } from "lucide-react";

const tones = {
  ok: "bg-good-soft text-good",
  failed: "bg-bad-soft font-medium text-bad",
  skipped: "bg-raised text-soft",
} as const;

const words: Readonly<Record<Diagnosis["steps"][number]["step"], string>> = {
  resolve: "address",
  connect: "connect",
  tls: "TLS",
  http: "HTTP",
  mcp: "MCP",
  era: "version",
  identity: "identity",
};

/** How far the hub came, step by step; what it saw is in the title of each. */
export function StepChips({ steps }: Pick<Diagnosis, "steps">) {
  return (
    <ol aria-label="How far the hub came" className="flex flex-wrap gap-1 text-xs">
      {steps.map(({ step, state, detail }) => (
        <li
          key={step}
          data-step={step}
          data-state={state}
          title={detail}
          className={`inline-flex items-center gap-1 rounded-md px-1.5 py-0.5 ${tones[state]}`}
        >
          {state === "ok" && <Check className="size-3.5" aria-hidden="true" />}
          {state === "failed" && <X className="size-3.5" aria-hidden="true" />}
          {words[step]}
          <span className="sr-only">: {state}</span>
        </li>
      ))}
    </ol>
  );
}
