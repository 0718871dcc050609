import { inputClass } from "../parts/controls.js";
import { Choice, Field, FieldError, problemsAt } from "../parts/field.js";
import type { PartProps } from "./name-fields.js";
import { plural } from "./words.js";

const toggled = (list: readonly string[], item: string) =>
  list.includes(item) ? list.filter((one) => one !== item) : [...list, item];

/** What most leave as it is, folded: its line says how it is. `tags`: all that there are. */
export function MoreFields({
  draft,
  tags,
  problems,
  onChange,
}: PartProps & { readonly tags: readonly string[] }) {
  const { description, prefix, mode, repeat } = draft;
  const said = [
    description.trim() === "" ? "no description" : "with a description",
    draft.tags.length === 0 ? "any tag" : plural(draft.tags.length, "tag"),
    prefix === "always" ? "names with the server's id" : "bare names",
    mode === "all" ? "all its tools listed" : "search mode",
    ...(repeat === "safe" ? ["safe calls repeated"] : []),
  ];
  const tagProblem = problemsAt(problems, "/tags");
  const descriptionProblem = problemsAt(problems, "/description");
  const hasProblem = tagProblem !== undefined || descriptionProblem !== undefined;
  return (
    <details
      className="rounded-xl border border-line bg-surface shadow-card"
      {...(hasProblem ? { open: true } : {})}
    >
      <summary className="rounded-xl px-4 py-2.5 text-sm sm:px-5">
        <span className="font-medium">More</span>
        <span className="text-soft">: {said.join(", ")}</span>
      </summary>
      <div className="grid grid-cols-1 gap-4 px-4 pb-4 sm:px-5">
        <Field label="Description" problem={descriptionProblem}>
          {(ids) => (
            <textarea
              {...ids}
              rows={2}
              className={inputClass}
              value={description}
              onChange={(event) => onChange({ description: event.target.value })}
            />
          )}
        </Field>
        {tags.length > 0 && (
          <fieldset>
            <legend className="mb-1 text-sm font-medium">
              Only servers with one of these tags
            </legend>
            <div className="flex flex-wrap gap-1.5">
              {tags.map((tag) => (
                <label
                  key={tag}
                  className="flex min-h-8 max-w-full cursor-pointer items-center gap-1.5 rounded-lg border border-line px-2 text-sm has-checked:border-accent has-checked:bg-accent-soft"
                >
                  <input
                    type="checkbox"
                    className="accent-accent-solid"
                    checked={draft.tags.includes(tag)}
                    onChange={() => onChange({ tags: toggled(draft.tags, tag) })}
                  />
                  <span className="min-w-0 truncate">{tag}</span>
                </label>
              ))}
            </div>
            {tagProblem !== undefined && <FieldError text={tagProblem} />}
          </fieldset>
        )}
        <Choice
          legend="Tool names"
          value={prefix}
          onChange={(next) => onChange({ prefix: next })}
          options={[
            {
              value: "always",
              label: "With the server's id",
              about: "crm__find: no two are ever the same.",
            },
            {
              value: "never",
              label: "Bare",
              about: "find: what two servers have is left out.",
            },
          ]}
        />
        <Choice
          legend="List"
          value={mode}
          onChange={(next) => onChange({ mode: next })}
          options={[
            { value: "all", label: "All its tools", about: "The model reads each of them." },
            {
              value: "search",
              label: "Search",
              about: "Three tools of the hub that find and call all others.",
            },
          ]}
        />
        <Choice
          legend="When a call breaks off"
          value={repeat}
          onChange={(next) => onChange({ repeat: next })}
          options={[
            {
              value: "asked",
              label: "Repeat it if the client asks",
              about: "And the tool says that it is read-only or idempotent.",
            },
            {
              value: "safe",
              label: "Repeat it if the tool is safe",
              about:
                "It says itself that it is read-only or idempotent. Trust its server for this.",
            },
          ]}
        />
      </div>
    </details>
  );
}
