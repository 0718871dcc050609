import { useState } from "react";
import { inputClass } from "../../parts/controls.js";
import { jsonFromText, textFromJson } from "../schema/coerce.js";
import { Unreadable } from "../schema/draft.js";
import { isSame } from "../schema/schema.js";
import type { FieldProps } from "./form-context.js";
import { Labelled } from "./labelled.js";

function isWritten(text: string, value: unknown): boolean {
  const read = jsonFromText(text);
  if (read instanceof Unreadable) return value instanceof Unreadable && value.text === read.text;
  return isSame(read, value);
}

/** Whatever has no control of its own, as JSON. */
export function JsonField(field: FieldProps) {
  const { value, onChange, isRequired } = field;
  const [typed, setTyped] = useState("");
  // As it was typed, unless the value has become another meanwhile.
  const text = isWritten(typed, value) ? typed : textFromJson(value);
  return (
    <Labelled field={field}>
      {(ids) => (
        <>
          <textarea
            {...ids}
            required={isRequired}
            rows={2}
            spellCheck={false}
            value={text}
            placeholder="JSON"
            onChange={(event) => {
              setTyped(event.target.value);
              onChange(jsonFromText(event.target.value));
            }}
            className={`${inputClass} field-sizing-content max-h-80 resize-y font-mono`}
          />
          {value instanceof Unreadable && (
            <p className="text-xs break-words text-soft">
              {value.problem} A text needs quotes around it.
            </p>
          )}
        </>
      )}
    </Labelled>
  );
}
