import { inputClass } from "../parts/controls.js";
import { Field } from "../parts/field.js";
import type { Header } from "./queries.js";

/** What the hub shall send to a server that lets nobody in without it. */
export function HeaderFields({
  header,
  onChange,
}: {
  readonly header: Header;
  readonly onChange: (header: Header) => void;
}) {
  return (
    <div className="grid gap-3 sm:grid-cols-[12rem_minmax(0,1fr)]">
      <Field label="Header">
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            value={header.name}
            onChange={(event) => onChange({ ...header, name: event.target.value })}
            className={inputClass}
          />
        )}
      </Field>
      <Field
        label="Value"
        hint="Such as Bearer and the token. The hub seals it, sends it to this server alone, and never shows it. Empty: clients bring their own."
      >
        {(ids) => (
          <input
            {...ids}
            type="password"
            autoComplete="off"
            value={header.value}
            onChange={(event) => onChange({ ...header, value: event.target.value })}
            className={inputClass}
          />
        )}
      </Field>
    </div>
  );
}
