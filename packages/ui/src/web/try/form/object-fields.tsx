import { fieldOf, withField } from "../schema/draft.js";
import { requiredOf } from "../schema/kind.js";
import { step } from "../schema/problems.js";
import { isObject, type Schema } from "../schema/schema.js";
import { Field } from "./field.js";
import type { FieldProps } from "./form-context.js";
import { Group } from "./labelled.js";

type Properties = readonly (readonly [name: string, schema: Schema])[];

/** So many fields are drawn; more are a matter for raw JSON. */
const mostShown = 150;

/** The fields of an object, one below the other. */
export function ObjectFields({
  properties,
  ...field
}: FieldProps & { readonly properties: Properties }) {
  const required = requiredOf(field.schema);
  const known = new Set(properties.map(([name]) => name));
  const others = isObject(field.value)
    ? Object.keys(field.value).filter((name) => !known.has(name))
    : [];
  return (
    <>
      {properties.slice(0, mostShown).map(([name, schema]) => (
        <Field
          key={name}
          schema={schema}
          name={name}
          path={step(field.path, name)}
          value={fieldOf(field.value, name)}
          isRequired={required.has(name)}
          depth={field.depth + 1}
          onChange={(value) => {
            const changed = withField(field.value, name, value);
            const isEmpty = Object.keys(changed).length === 0;
            field.onChange(isEmpty && !field.isRequired ? undefined : changed);
          }}
        />
      ))}
      {properties.length > mostShown && (
        <p className="text-xs text-soft">
          {properties.length - mostShown} more fields. Set them as raw JSON.
        </p>
      )}
      {others.length > 0 && (
        <p className="text-xs break-words text-soft">
          Sent as well, without a field here: {others.slice(0, 20).join(", ")}
        </p>
      )}
    </>
  );
}

/** An object inside another. */
export function ObjectField(field: FieldProps & { readonly properties: Properties }) {
  return (
    <Group field={field}>
      <ObjectFields {...field} />
    </Group>
  );
}
