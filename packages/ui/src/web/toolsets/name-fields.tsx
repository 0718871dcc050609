import type { FieldProblem } from "../api/problem.js";
import { inputClass } from "../parts/controls.js";
import { Field, problemsAt } from "../parts/field.js";
import { Panel } from "../parts/panels.js";
import { type Draft, suggestedId } from "./draft.js";

export type PartProps = {
  readonly draft: Draft;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (next: Partial<Draft>) => void;
};

/** What it is called, and where it is. */
export function NameFields({
  draft,
  isNew,
  problems,
  onChange,
}: PartProps & { readonly isNew: boolean }) {
  const suggested = suggestedId(draft.name);
  return (
    <Panel title="Name">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Name" hint="What people see." problem={problemsAt(problems, "/name")}>
          {(ids) => (
            <input
              {...ids}
              className={inputClass}
              value={draft.name}
              autoComplete="off"
              onChange={(event) => onChange({ name: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Id"
          hint={
            isNew
              ? "Part of the URL. It never changes. If empty, it is made from the name."
              : "Part of the URL. It never changes."
          }
          problem={problemsAt(problems, "/id")}
        >
          {(ids) => (
            <input
              {...ids}
              className={`${inputClass} font-mono read-only:bg-raised`}
              value={draft.id}
              readOnly={!isNew}
              placeholder={suggested}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => onChange({ id: event.target.value })}
            />
          )}
        </Field>
        <div className="sm:col-span-2">
          <Field label="Description" problem={problemsAt(problems, "/description")}>
            {(ids) => (
              <textarea
                {...ids}
                rows={2}
                className={inputClass}
                value={draft.description}
                onChange={(event) => onChange({ description: event.target.value })}
              />
            )}
          </Field>
        </div>
      </div>
    </Panel>
  );
}
