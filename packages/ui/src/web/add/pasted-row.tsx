import { Link } from "@tanstack/react-router";
import { CircleCheck, KeyRound } from "lucide-react";
import { shownError } from "../api/problem.js";
import { inputClass } from "../parts/controls.js";
import { Field, FieldError } from "../parts/field.js";
import { Badge } from "../parts/panels.js";
import type { PastedUrl } from "./pasted.js";
import type { Outcome } from "./queries.js";

const words = {
  added: "Added",
  known: "The hub knew it",
  leased: "Registered there already; nothing was changed",
} as const;

/** One server of a file: whether to add it, what it still needs, and what became of it. */
export function PastedRow({
  server,
  isChosen,
  onToggle,
  answers,
  onAnswer,
  outcome,
}: {
  readonly server: PastedUrl;
  readonly isChosen: boolean;
  readonly onToggle: () => void;
  readonly answers: Readonly<Record<string, string>>;
  readonly onAnswer: (key: string, value: string) => void;
  readonly outcome: Outcome | undefined;
}) {
  const { name, url, headers, open, obstacle } = server;
  const isDone = outcome !== undefined && outcome.kind !== "refused";
  return (
    <li data-pasted={name} className="rounded-lg border border-line p-3">
      <label className="flex cursor-pointer items-start gap-2.5">
        <input
          type="checkbox"
          checked={isChosen}
          disabled={isDone || obstacle !== undefined}
          onChange={onToggle}
          className="mt-1 size-4 shrink-0 accent-(--accent-solid)"
        />
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-center gap-2">
            <span className="font-medium break-words">{name}</span>
            {Object.keys(headers).map((header) => (
              <Badge key={header} title="Its value becomes a secret of the hub's">
                <KeyRound className="mr-1 inline size-3" aria-hidden="true" />
                {header}: •••
              </Badge>
            ))}
          </span>
          {obstacle === undefined && (
            <code className="block text-xs break-all text-soft">{url.written}</code>
          )}
        </span>
      </label>
      {obstacle !== undefined && <p className="mt-1 pl-6.5 text-sm text-warn">{obstacle}</p>}
      {!isDone && open.length > 0 && (
        <div className="mt-2 grid gap-2 pl-6.5 sm:grid-cols-2">
          {open.map(({ key, label, otherwise }) => (
            <Field key={key} label={label} hint="The file leaves it open.">
              {(ids) => (
                <input
                  {...ids}
                  type="password"
                  autoComplete="off"
                  value={answers[key] ?? otherwise}
                  onChange={(event) => onAnswer(key, event.target.value)}
                  className={inputClass}
                />
              )}
            </Field>
          ))}
        </div>
      )}
      {isDone && (
        <p className="mt-1 flex items-center gap-1.5 pl-6.5 text-sm text-good">
          <CircleCheck className="size-4 shrink-0" aria-hidden="true" />
          {words[outcome.kind]}:
          <Link
            to="/ui/servers/$id"
            params={{ id: outcome.id }}
            className="font-medium underline underline-offset-2"
          >
            {outcome.name}
          </Link>
        </p>
      )}
      {outcome?.kind === "refused" && (
        <div className="mt-1 pl-6.5">
          <FieldError text={refusalText(outcome.error)} />
        </div>
      )}
    </li>
  );
}

function refusalText(error: unknown): string {
  const { detail, fields } = shownError(error);
  return [detail, ...fields.map((one) => one.detail)].join(" ");
}
