import { useMemo } from "react";
import type { Completer } from "../complete/completer.js";
import { type Kind, kindOf, shown } from "../schema/kind.js";
import type { FieldProblem } from "../schema/problems.js";
import { isObject, type Schema } from "../schema/schema.js";
import { Field } from "./field.js";
import { FormProvider } from "./form-context.js";
import { ObjectFields } from "./object-fields.js";

/** The fields for an object of a schema. Problems are shown beside the fields they belong to. */
export function SchemaForm({
  schema: given,
  value,
  problems,
  onChange,
  what,
  complete,
}: {
  readonly schema: Schema;
  readonly value: unknown;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (value: unknown) => void;
  /** What the object is, where it can only be written as JSON. */
  readonly what: string;
  /** Default: nothing is suggested. */
  readonly complete?: Completer | undefined;
}) {
  // Only what suggests needs it; for all others a letter typed would draw every field again.
  const filled = complete === undefined ? undefined : value;
  const state = useMemo(
    () => ({
      root: given,
      problems: new Map(problems.map(({ path, message }) => [path, message])),
      complete,
      filled,
    }),
    [given, problems, complete, filled],
  );
  const schema = shown(given, given, true);
  const kind = kindOf(schema, given);
  const field = { schema, name: what, path: "", value, isRequired: true, depth: 0, onChange };
  return (
    <FormProvider value={state}>
      <div className="grid grid-cols-1 gap-4">
        {isNothing(schema, kind) ? (
          <p className="text-sm text-soft">Nothing to fill in.</p>
        ) : kind.is === "object" ? (
          <ObjectFields {...field} properties={kind.properties} />
        ) : (
          <Field {...field} />
        )}
      </div>
    </FormProvider>
  );
}

/** Whether a schema names no field, neither one by one nor as a map of any names. */
function isNothing(schema: Schema, kind: Kind): boolean {
  const { additionalProperties: others } = schema;
  return kind.is === "json" && schema.type === "object" && others !== true && !isObject(others);
}
