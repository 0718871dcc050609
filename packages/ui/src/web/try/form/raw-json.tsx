import { useId } from "react";
import { inputClass } from "../../parts/controls.js";

/** The same values as text; a text that is not JSON stays as it is and says where it stops being JSON. */
export function RawJson({
  what,
  text,
  problem,
  onChange,
}: {
  readonly what: string;
  readonly text: string;
  readonly problem: string | undefined;
  readonly onChange: (text: string) => void;
}) {
  const id = useId();
  return (
    <div className="grid grid-cols-1 gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {what} as JSON
      </label>
      <textarea
        id={id}
        rows={6}
        spellCheck={false}
        autoComplete="off"
        value={text}
        aria-describedby={`${id}-note`}
        aria-invalid={problem === undefined ? undefined : true}
        onChange={(event) => onChange(event.target.value)}
        className={`${inputClass} field-sizing-content max-h-[60dvh] resize-y font-mono text-code`}
      />
      <p
        id={`${id}-note`}
        className={`text-xs break-words ${problem === undefined ? "text-soft" : "text-bad"}`}
      >
        {problem ?? "The JSON is sent exactly as written, even if the schema does not allow it."}
      </p>
    </div>
  );
}
