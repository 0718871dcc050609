import { useId } from "react";
import type { FieldProblem } from "../api/problem.js";

/** What is wrong at a JSON pointer or below it. */
export function problemsAt(problems: readonly FieldProblem[], pointer: string): string | undefined {
  const found = problems.filter(
    (one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`),
  );
  return found.length === 0 ? undefined : found.map(({ detail }) => detail).join("; ");
}

/** A labelled control, with a hint and with what the hub says against it. */
export function Field({
  label,
  hint,
  problem,
  children,
}: {
  readonly label: string;
  readonly hint?: React.ReactNode;
  readonly problem?: string | undefined;
  readonly children: (ids: {
    readonly id: string;
    readonly "aria-describedby": string;
    readonly "aria-invalid": boolean;
  }) => React.ReactNode;
}) {
  const id = useId();
  return (
    <div className="grid grid-cols-1 content-start gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": `${id}-about`,
        "aria-invalid": problem !== undefined,
      })}
      <div id={`${id}-about`} className="text-xs text-soft">
        {problem === undefined ? hint : <FieldError text={problem} />}
      </div>
    </div>
  );
}

export function FieldError({ text }: { readonly text: string }) {
  return (
    <p role="alert" className="text-xs break-words text-bad">
      {text}
    </p>
  );
}

/** One of a few, as radio buttons with what each means. */
export function Choice<Value extends string>({
  legend,
  value,
  options,
  onChange,
}: {
  readonly legend: string;
  readonly value: Value;
  readonly options: readonly {
    readonly value: Value;
    readonly label: string;
    readonly about: string;
  }[];
  readonly onChange: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <div className="grid gap-1 sm:grid-flow-col sm:auto-cols-fr">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex cursor-pointer items-start gap-2 rounded-lg border border-line px-3 py-2 text-sm has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name={name}
              className="mt-1 accent-accent-solid"
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span className="min-w-0">
              <span className="block font-medium">{option.label}</span>
              <span className="block text-xs text-soft">{option.about}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
