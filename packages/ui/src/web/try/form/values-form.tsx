import type { Completer } from "../complete/completer.js";
import { Fallback } from "../results/fallback.js";
import type { Schema } from "../schema/schema.js";
import { RawJson } from "./raw-json.js";
import { SchemaForm } from "./schema-form.js";
import type { Values } from "./use-values.js";

/** The form of a schema with a switch to raw JSON. */
export function ValuesForm({
  schema,
  values,
  what,
  complete,
  takesPaste = false,
}: {
  readonly schema: Schema;
  readonly values: Values;
  readonly what: string;
  /** What the server suggests for its texts. Default: nothing. */
  readonly complete?: Completer | undefined;
  /** Whether a JSON object that is pasted beside the fields fills them. */
  readonly takesPaste?: boolean;
}) {
  const { isRaw, rawProblem } = values;
  return (
    <div className="grid grid-cols-1 gap-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <label className="flex min-h-8 items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={isRaw}
            onChange={(event) => values.setRaw(event.target.checked)}
            className="size-4 accent-accent-solid"
          />
          Raw JSON
        </label>
        {takesPaste && !isRaw && (
          <p className="hidden text-xs text-soft sm:block">
            Or paste a JSON object anywhere on the page: it fills the form.
          </p>
        )}
        {isRaw && rawProblem !== undefined && (
          <p className="text-xs text-soft">
            The form can show the input again when it is a valid JSON object.
          </p>
        )}
      </div>
      {isRaw ? (
        <RawJson what={what} text={values.text} problem={rawProblem} onChange={values.setText} />
      ) : (
        <Fallback
          instead={
            <p className="text-sm text-warn">
              The page cannot draw a form for this schema. Use raw JSON.
            </p>
          }
        >
          <SchemaForm
            key={values.edition}
            schema={schema}
            value={values.draft}
            problems={values.problems}
            onChange={values.setDraft}
            what={what}
            complete={complete}
          />
        </Fallback>
      )}
    </div>
  );
}
