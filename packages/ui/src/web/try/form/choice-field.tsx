import { inputClass } from "../../parts/controls.js";
import type { Option } from "../schema/kind.js";
import { isSame } from "../schema/schema.js";
import type { FieldProps } from "./form-context.js";
import { Group, Labelled } from "./labelled.js";

/** So many values are offered; others can be given as raw JSON. */
const mostShown = 500;

const yesNo: readonly Option[] = [
  { value: true, label: "true" },
  { value: false, label: "false" },
];

/** One of a few values; where it is optional, none of them as well. */
export function ChoiceField({
  options,
  ...field
}: FieldProps & { readonly options: readonly Option[] }) {
  const at = options.findIndex((one) => isSame(one.value, field.value));
  // A value that is none of those offered stays chosen, so that looking at it does not change it.
  const isForeign = field.value !== undefined && at < 0;
  return (
    <Labelled field={field}>
      {(ids) => (
        <select
          {...ids}
          required={field.isRequired}
          value={isForeign ? "foreign" : at < 0 ? "" : String(at)}
          onChange={({ target }) =>
            field.onChange(target.value === "" ? undefined : options[Number(target.value)]?.value)
          }
          className={`${inputClass} sm:max-w-96`}
        >
          <option value="">{field.isRequired ? "Choose one…" : "Not set"}</option>
          {isForeign && (
            <option value="foreign" disabled>
              {JSON.stringify(field.value)}
            </option>
          )}
          {options.slice(0, mostShown).map((one, index) => (
            <option key={JSON.stringify(one.value)} value={index}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

/** A tick where a value is certain to be sent; a choice with “not set” where it may be left out. */
export function BooleanField(field: FieldProps) {
  const { schema, value, isRequired, onChange } = field;
  const isCertain = isRequired || typeof schema.default === "boolean";
  if (!isCertain || (value !== undefined && typeof value !== "boolean"))
    return <ChoiceField {...field} options={yesNo} />;
  return (
    <Labelled field={field}>
      {(ids) => (
        <input
          {...ids}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
          className="size-5 accent-accent-solid"
        />
      )}
    </Labelled>
  );
}

/** Any of a few values. */
export function ChoicesField({
  options,
  ...field
}: FieldProps & { readonly options: readonly Option[] }) {
  const chosen: readonly unknown[] = Array.isArray(field.value) ? field.value : [];
  const change = (option: Option, isChosen: boolean) => {
    const others = chosen.filter((one) => !isSame(one, option.value));
    const next = isChosen ? [...others, option.value] : others;
    field.onChange(next.length === 0 && !field.isRequired ? undefined : next);
  };
  return (
    <Group field={field}>
      <div className="flex flex-wrap gap-x-5 gap-y-1.5">
        {options.slice(0, mostShown).map((option) => (
          <label
            key={JSON.stringify(option.value)}
            className="flex min-h-8 items-center gap-2 text-sm"
          >
            <input
              type="checkbox"
              checked={chosen.some((one) => isSame(one, option.value))}
              onChange={(event) => change(option, event.target.checked)}
              className="size-4 accent-accent-solid"
            />
            {option.label}
          </label>
        ))}
      </div>
    </Group>
  );
}
