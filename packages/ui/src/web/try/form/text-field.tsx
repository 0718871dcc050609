import { inputClass } from "../../parts/controls.js";
import { CompletedInput } from "../complete/completed-input.js";
import { instantFromLocal, localFromInstant } from "../schema/coerce.js";
import { textOf } from "../schema/schema.js";
import { isSecret } from "../schema/secrets.js";
import { type FieldProps, useForm } from "./form-context.js";
import { Labelled } from "./labelled.js";

const inputTypes: Readonly<Record<string, string>> = {
  date: "date",
  email: "email",
  uri: "url",
  url: "url",
};

/** A text; its format chooses the control. */
export function TextField(field: FieldProps) {
  const { schema, value, onChange, isRequired } = field;
  const { complete, filled } = useForm();
  const format = textOf(schema.format) ?? "";
  const text =
    value === undefined || value === null
      ? ""
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
  const change = (typed: string) => onChange(typed === "" ? undefined : typed);
  const example = Array.isArray(schema.examples) ? textOf(schema.examples[0]) : undefined;
  const local = format === "date-time" ? localOf(text) : undefined;
  return (
    <Labelled field={field}>
      {(ids) => {
        const common = {
          ...ids,
          required: isRequired,
          placeholder: example,
          autoComplete: "off",
          spellCheck: false,
        };
        if (local !== undefined)
          return (
            <input
              {...common}
              type="datetime-local"
              step={1}
              value={local}
              onChange={(event) => onChange(instantFromLocal(event.target.value))}
              className={inputClass}
            />
          );
        const type = isSecret(schema) ? "password" : inputTypes[format];
        if (type !== undefined)
          return (
            <input
              {...common}
              {...(type === "password" ? { autoComplete: "new-password" } : {})}
              type={type}
              value={text}
              onChange={(event) => change(event.target.value)}
              className={inputClass}
            />
          );
        if (complete !== undefined)
          return (
            <CompletedInput
              {...common}
              name={field.name}
              text={text}
              complete={complete}
              filled={filled}
              onText={change}
            />
          );
        return (
          <textarea
            {...common}
            rows={1}
            value={text}
            onChange={(event) => change(event.target.value)}
            className={`${inputClass} field-sizing-content max-h-80 resize-y`}
          />
        );
      }}
    </Labelled>
  );
}

/** Undefined where the text is no instant, so that it stays in sight as it was typed. */
function localOf(text: string): string | undefined {
  return text === "" ? "" : localFromInstant(text);
}
