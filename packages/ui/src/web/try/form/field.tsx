import { kindOf, shown } from "../schema/kind.ts";
import { BooleanField, ChoiceField, ChoicesField } from "./choice-field.tsx";
import { type FieldProps, useForm } from "./form-context.ts";
import { JsonField } from "./json-field.tsx";
import { ListField } from "./list-field.tsx";
import { NumberField } from "./number-field.tsx";
import { ObjectField } from "./object-fields.tsx";
import { TextField } from "./text-field.tsx";
import { UnionField } from "./union-field.tsx";

/** Schemas may hold themselves; what lies deeper is written as JSON. */
export const mostDepth = 6;

/** The control for a schema of any kind. */
export function Field(given: FieldProps) {
  const { root } = useForm();
  const schema = shown(given.schema, root, given.isRequired);
  const field = { ...given, schema };
  if (given.depth > mostDepth) return <JsonField {...field} />;
  const kind = kindOf(schema, root);
  switch (kind.is) {
    case "text":
      return <TextField {...field} />;
    case "number":
      return <NumberField {...field} />;
    case "boolean":
      return <BooleanField {...field} />;
    case "choice":
      return <ChoiceField {...field} options={kind.options} />;
    case "choices":
      return <ChoicesField {...field} options={kind.options} />;
    case "list":
      return <ListField {...field} items={kind.items} />;
    case "object":
      return <ObjectField {...field} properties={kind.properties} />;
    case "union":
      return <UnionField {...field} variants={kind.variants} />;
    case "null":
    case "json":
      return <JsonField {...field} />;
  }
}
