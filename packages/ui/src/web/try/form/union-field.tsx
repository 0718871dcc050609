import { useId, useState } from "react";
import { inputClass } from "../../parts/controls.js";
import { initialValue } from "../schema/initial.js";
import { kindOf } from "../schema/kind.js";
import { variantOf } from "../schema/problems.js";
import { isObject, type Schema, textOf } from "../schema/schema.js";
import { Field, mostDepth } from "./field.js";
import { type FieldProps, useForm } from "./form-context.js";
import { Group, labelOf } from "./labelled.js";
import { ObjectFields } from "./object-fields.js";

/** What a variant is called: its title, the constant that tells it apart, or its type. */
function nameOf(variant: Schema, index: number): string {
  const properties = isObject(variant.properties) ? Object.values(variant.properties) : [];
  const constant = properties.filter(isObject).find((one) => one.const !== undefined)?.const;
  return (
    textOf(variant.title) ??
    (constant === undefined ? undefined : String(constant)) ??
    textOf(variant.type) ??
    `Form ${index + 1}`
  );
}

/** A value that has one of several forms: which one, and then its fields. */
export function UnionField({
  variants,
  ...field
}: FieldProps & { readonly variants: readonly Schema[] }) {
  const { root } = useForm();
  const id = useId();
  const [chosen, setChosen] = useState(() =>
    field.value === undefined ? undefined : variantOf(variants, root, field.value),
  );
  const at =
    chosen ?? (field.value === undefined ? undefined : variantOf(variants, root, field.value));
  const variant = at === undefined ? undefined : variants[at];
  return (
    <Group field={field}>
      <div className="grid grid-cols-1 gap-1">
        <label htmlFor={id} className="text-xs text-soft">
          Form of {labelOf(field)}
        </label>
        <select
          id={id}
          value={at ?? ""}
          onChange={({ target }) => {
            const index = target.value === "" ? undefined : Number(target.value);
            const next = index === undefined ? undefined : variants[index];
            setChosen(index);
            field.onChange(next === undefined ? undefined : initialValue(next, root, true));
          }}
          className={`${inputClass} sm:max-w-96`}
        >
          {(!field.isRequired || at === undefined) && <option value="">Not set</option>}
          {variants.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: variants have no other name of their own
            <option key={index} value={index}>
              {nameOf(one, index)}
            </option>
          ))}
        </select>
      </div>
      {variant !== undefined && (
        <Variant key={at} {...field} schema={variant} name={nameOf(variant, at ?? 0)} />
      )}
    </Group>
  );
}

/** The fields of the chosen form, right below the choice. */
function Variant(field: FieldProps) {
  const { root } = useForm();
  const kind = kindOf(field.schema, root);
  const own = { ...field, isRequired: true, isGiven: true, depth: field.depth + 1 };
  if (kind.is === "null") return null;
  if (kind.is !== "object" || field.depth > mostDepth) return <Field {...own} />;
  return <ObjectFields {...own} properties={kind.properties} />;
}
