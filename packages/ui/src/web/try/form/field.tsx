import { kindOf, shown } from "../schema/kind.js";
import { BooleanField, ChoiceField, ChoicesField } from "./choice-field.js";
import { type FieldProps, useForm } from "./form-context.js";
import { JsonField } from "./json-field.js";
import { ListField } from "./list-field.js";
import { NumberField } from "./number-field.js";
import { ObjectField } from "./object-fields.js";
import { TextField } from "./text-field.js";
import { UnionField } from "./union-field.js";

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
