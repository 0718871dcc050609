import { inputClass } from "../parts/controls.js";
import { Field } from "../parts/field.js";

/** A line of text that is no prose: nothing corrects it, completes it or keeps it. */
export function TextInput({
  label,
  hint,
  problem,
  value,
  onChange,
  isSecret = false,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly problem: string | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Whether it shows dots for what is typed. Default: no. */
  readonly isSecret?: boolean;
}) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <input
          {...ids}
          // Of a new password, browsers offer none that they know.
          type={isSecret ? "password" : "text"}
          autoComplete={isSecret ? "new-password" : "off"}
          spellCheck={false}
          autoCapitalize="off"
          className={`${inputClass} font-mono`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
