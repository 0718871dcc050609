import { useId } from "react";
import { Capped } from "../results/capped.js";
import { limitsOf } from "../schema/limits.js";
import { textOf } from "../schema/schema.js";
import { type FieldProps, useForm } from "./form-context.js";

export const labelOf = ({ schema, name }: Pick<FieldProps, "schema" | "name">) =>
  textOf(schema.title) ?? name;

/** What ties a control to its label, its description and its problem. */
export type ControlIds = {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
};

type Parts = ControlIds & { readonly notes: React.ReactNode };

/** The description and the problem of a field, and what its control needs to point to them. */
function useNotes({ schema, path }: Pick<FieldProps, "schema" | "path">): Parts {
  const id = useId();
  const problem = useForm().problems.get(path);
  const description = textOf(schema.description);
  const limits = shownLimits(schema);
  const described = [
    ...(description === undefined ? [] : [`${id}-about`]),
    ...(limits === "" ? [] : [`${id}-limits`]),
    ...(problem === undefined ? [] : [`${id}-problem`]),
  ].join(" ");
  return {
    id,
    "aria-describedby": described === "" ? undefined : described,
    "aria-invalid": problem === undefined ? undefined : true,
    notes: (
      <>
        {description !== undefined && (
          <p id={`${id}-about`} className="text-xs break-words whitespace-pre-line text-soft">
            <Capped text={description} most={2_000} />
          </p>
        )}
        {limits !== "" && (
          <p id={`${id}-limits`} className="text-xs break-words text-soft">
            {limits}
          </p>
        )}
        {problem !== undefined && (
          <p id={`${id}-problem`} data-problem={path} className="text-xs break-words text-bad">
            {problem}
          </p>
        )}
      </>
    ),
  };
}

/** What the control does not show by itself; its own placeholder says a range. */
function shownLimits(schema: FieldProps["schema"]): string {
  const { minimum: _, maximum: __, ...rest } = schema;
  const isNumber = schema.type === "number" || schema.type === "integer";
  return limitsOf(isNumber ? rest : schema).join(" · ");
}

function LabelText(field: Pick<FieldProps, "schema" | "name">) {
  const label = labelOf(field);
  return (
    <>
      <span className="break-words">{label}</span>
      {label !== field.name && field.name !== "" && (
        <code className="ml-1.5 font-mono text-xs font-normal break-all text-soft">
          {field.name}
        </code>
      )}
    </>
  );
}

function RequiredMark({ isRequired, isGiven }: Pick<FieldProps, "isRequired" | "isGiven">) {
  return isRequired && isGiven !== true ? (
    <span className="ml-2 text-xs text-warn">required</span>
  ) : null;
}

/** A control with its label above and its description below. */
export function Labelled({
  field,
  children,
}: {
  readonly field: FieldProps;
  readonly children: (ids: ControlIds) => React.ReactNode;
}) {
  const { notes, ...ids } = useNotes(field);
  return (
    <div className="grid grid-cols-1 min-w-0 gap-1">
      <div className="text-sm">
        <label htmlFor={ids.id} className="font-medium">
          <LabelText {...field} />
        </label>
        <RequiredMark {...field} />
      </div>
      {children(ids)}
      {notes}
    </div>
  );
}

/** Several controls that belong together. */
export function Group({
  field,
  children,
}: {
  readonly field: FieldProps;
  readonly children: React.ReactNode;
}) {
  const { notes, id, "aria-describedby": describedBy } = useNotes(field);
  return (
    <fieldset
      id={id}
      aria-describedby={describedBy}
      className="grid grid-cols-1 min-w-0 gap-3 border-l-2 border-line pl-3 sm:pl-4"
    >
      <legend className="contents text-sm">
        <span>
          <span className="font-medium">
            <LabelText {...field} />
          </span>
          <RequiredMark {...field} />
        </span>
      </legend>
      {notes}
      {children}
    </fieldset>
  );
}
