import { useState } from "react";
import { inputClass } from "../../parts/controls.js";
import { numberFromText, textFromNumber } from "../schema/coerce.js";
import { isMachineBound } from "../schema/limits.js";
import { numberOf } from "../schema/schema.js";
import type { FieldProps } from "./form-context.js";
import { Labelled } from "./labelled.js";

/** A number, typed as text: what is half typed stays, and `1.0` is not rewritten while one types. */
export function NumberField(field: FieldProps) {
  const { schema, value, onChange, isRequired } = field;
  const [typed, setTyped] = useState("");
  const text = Object.is(numberFromText(typed), value) ? typed : textFromNumber(value);
  const least = boundOf(schema.minimum);
  const most = boundOf(schema.maximum);
  const range =
    least !== undefined && most !== undefined
      ? `${least} to ${most}`
      : least !== undefined
        ? `${least} or more`
        : most !== undefined
          ? `${most} or less`
          : undefined;
  return (
    <Labelled field={field}>
      {(ids) => (
        <input
          {...ids}
          type="text"
          inputMode={
            schema.type === "integer" && least !== undefined && least >= 0 ? "numeric" : "text"
          }
          autoComplete="off"
          required={isRequired}
          placeholder={range}
          value={text}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange(numberFromText(event.target.value));
          }}
          className={`${inputClass} tabular-nums sm:max-w-64`}
        />
      )}
    </Labelled>
  );
}

const boundOf = (value: unknown) => (isMachineBound(value) ? undefined : numberOf(value));
