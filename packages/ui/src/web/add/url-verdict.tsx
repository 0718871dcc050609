import type { Diagnosis } from "@hub/api";
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, KeyRound, Search } from "lucide-react";
import { shownError } from "../api/problem.js";
import { Button } from "../parts/controls.js";
import { StepChips } from "./step-chips.js";

/** What the hub found at an address: how far it came, why not further, what to do. */
export function UrlVerdict({
  diagnosis,
  error,
  isLooking,
  onUse,
}: {
  readonly diagnosis: Diagnosis | undefined;
  readonly error: unknown;
  readonly isLooking: boolean;
  /** Takes another address in the place of this one. */
  readonly onUse: (endpoint: string) => void;
}) {
  return (
    <div
      role="status"
      data-testid="verdict"
      className="min-h-24 rounded-xl border border-line bg-surface p-4"
    >
      {isLooking ? (
        <p className="flex items-center gap-2 text-sm text-soft">
          <Search className="size-4 motion-safe:animate-pulse" aria-hidden="true" />
          The hub is looking at it…
        </p>
      ) : error !== null ? (
        <p className="text-sm text-bad">{shownError(error).detail}</p>
      ) : diagnosis === undefined ? (
        <p className="text-sm text-soft">
          What the hub finds there stands here: whether it answers, who it is, and if not, why and
          what to do.
        </p>
      ) : (
        <Found diagnosis={diagnosis} onUse={onUse} />
      )}
    </div>
  );
}

const looks = {
  good: { icon: CircleCheck, tone: "text-good" },
  key: { icon: KeyRound, tone: "text-warn" },
  bad: { icon: CircleAlert, tone: "text-bad" },
} as const;

function Found({
  diagnosis,
  onUse,
}: {
  readonly diagnosis: Diagnosis;
  readonly onUse: (endpoint: string) => void;
}) {
  const { ok, answered, endpoint, finding, steps, summary, servers, warnings } = diagnosis;
  const look = !ok ? "bad" : answered?.needsToken === true ? "key" : "good";
  const { icon: Icon, tone } = looks[look];
  const other = finding?.suggestion?.endpoint;
  return (
    <div className="grid grid-cols-1 gap-3">
      <p className={`flex items-start gap-2 font-medium ${tone}`}>
        <Icon className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
        <span className="min-w-0 break-words" data-testid="summary">
          {finding === undefined ? summary : finding.cause}
        </span>
      </p>
      <StepChips steps={steps} />
      {finding !== undefined && (
        <p className="text-sm">
          <span className="text-soft">What to do: </span>
          <span data-testid="fix" className="font-medium break-words">
            {finding.fix}
          </span>
        </p>
      )}
      {other !== undefined && other !== endpoint && (
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <span className="min-w-0">
            This answers: <code className="break-all">{other}</code>
          </span>
          <Button onClick={() => onUse(other)}>Use it</Button>
        </p>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="text-sm text-warn">
          {warning}
        </p>
      ))}
      {servers.map(({ id, name }) => (
        <p key={id} className="text-sm">
          The hub knows it already:{" "}
          <Link
            to="/ui/servers/$id"
            params={{ id }}
            className="font-medium text-accent underline underline-offset-2"
          >
            {name}
          </Link>
          .
        </p>
      ))}
    </div>
  );
}
