import { useEffect, useRef } from "react";
import type { FieldProblem } from "../api/problem.js";
import { inputClass } from "../parts/controls.js";
import { Field, problemsAt } from "../parts/field.js";
import { type Draft, suggestedId } from "./draft.js";

/** What is to change, or how the next draft comes from the one of that moment. */
export type DraftChange = Partial<Draft> | ((now: Draft) => Draft);

export type PartProps = {
  readonly draft: Draft;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (change: DraftChange) => void;
};

/** What it is called, and where it is. Whoever makes one begins to type here. */
export function NameFields({
  draft,
  isNew,
  proposed,
  problems,
  onChange,
}: PartProps & {
  readonly isNew: boolean;
  /** What a new one is called as long as nobody names it. */
  readonly proposed: string;
}) {
  const name = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (isNew) name.current?.focus({ preventScroll: true });
  }, [isNew]);
  return (
    <div className="grid gap-x-4 gap-y-3 sm:grid-cols-2">
      <Field label="Name" problem={problemsAt(problems, "/name")}>
        {(ids) => (
          <input
            {...ids}
            ref={name}
            className={inputClass}
            value={draft.name}
            placeholder={isNew ? proposed : undefined}
            autoComplete="off"
            onChange={(event) => onChange({ name: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Id"
        hint="Part of its URL. It never changes."
        problem={problemsAt(problems, "/id")}
      >
        {(ids) => (
          <input
            {...ids}
            className={`${inputClass} font-mono read-only:bg-raised`}
            value={draft.id}
            readOnly={!isNew}
            placeholder={suggestedId(draft.name.trim() === "" ? proposed : draft.name)}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => onChange({ id: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}
