import type { ServerDetail } from "@hub/api";
import type { FieldProblem } from "../api/problem.js";
import { inputClass } from "../parts/controls.js";
import { Field, problemsAt } from "../parts/field.js";
import type { EditDraft } from "./edit-draft.js";

type TextField = {
  readonly [F in keyof EditDraft]: EditDraft[F] extends string ? F : never;
}[keyof EditDraft];

type Shown = {
  readonly label: string;
  readonly hint?: string;
  readonly rows?: number;
  readonly isWide?: boolean;
};

const about = {
  title: { label: "Title" },
  owner: { label: "Owner" },
  description: { label: "Description", rows: 3, isWide: true },
  tags: { label: "Tags", hint: "With commas between them.", isWide: true },
  documentation: { label: "Documentation", hint: "A link that begins with https://." },
  onCall: { label: "On call", hint: "Whom to call when it fails." },
  replacedBy: { label: "Replaced by", hint: "The id of the server to use in its place." },
} as const satisfies Partial<Record<TextField, Shown>>;

const limits = {
  callTimeoutMs: {
    label: "Time limit of a call",
    hint: "Milliseconds that it may be silent, 100 to 900000. Empty: the hub's limit.",
  },
  maxInFlight: {
    label: "Calls at a time",
    hint: "To each of its instances; further ones wait. Empty: the hub's limit.",
  },
  toolTimeoutsMs: {
    label: "Time limits of single tools",
    hint: "One a line: the tool's own name = milliseconds.",
    rows: 3,
    isWide: true,
  },
} as const satisfies Partial<Record<TextField, Shown>>;

const lifecycles = ["experimental", "production", "deprecated"] as const;

export type EditFieldsProps = {
  readonly server: ServerDetail;
  readonly draft: EditDraft;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (next: Partial<EditDraft>) => void;
};

/** What the server itself says, which is shown where nobody here says anything. */
function ownWords(server: ServerDetail, field: TextField): string | undefined {
  const isEdited = server.edits !== undefined && field in server.edits;
  const said = isEdited ? server.registered : server;
  if (field === "tags") return said?.tags?.join(", ");
  if (field === "title" || field === "owner" || field === "description") return said?.[field];
  return undefined;
}

export function EditFields({ server, draft, problems, onChange }: EditFieldsProps) {
  const textField = (field: TextField, { label, hint, rows, isWide }: Shown) => (
    <div key={field} className={isWide === true ? "sm:col-span-2" : ""}>
      <Field label={label} hint={hint} problem={problemsAt(problems, `/${field}`)}>
        {(ids) => {
          const shared = {
            ...ids,
            className: inputClass,
            value: draft[field],
            placeholder: ownWords(server, field),
            autoComplete: "off",
            onChange: (event: { readonly target: { readonly value: string } }) =>
              onChange({ [field]: event.target.value }),
          };
          return rows === undefined ? <input {...shared} /> : <textarea {...shared} rows={rows} />;
        }}
      </Field>
    </div>
  );
  const fieldsOf = (shown: Partial<Record<TextField, Shown>>) =>
    // An object's own keys are the keys of its type.
    (Object.entries(shown) as [TextField, Shown][]).map(([field, one]) => textField(field, one));
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {fieldsOf(about)}
      <Field label="Lifecycle" problem={problemsAt(problems, "/lifecycle")}>
        {(ids) => (
          <select
            {...ids}
            className={inputClass}
            value={draft.lifecycle}
            onChange={(event) => onChange({ lifecycle: event.target.value })}
          >
            <option value="">nothing said</option>
            {lifecycles.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        )}
      </Field>
      {fieldsOf(limits)}
      <label className="flex items-start gap-2 text-sm sm:col-span-2">
        <input
          type="checkbox"
          className="mt-1 accent-accent-solid"
          checked={draft.hidden}
          onChange={(event) => onChange({ hidden: event.target.checked })}
        />
        <span>
          <span className="block font-medium">Hide it</span>
          <span className="block text-xs text-soft">
            It stays registered and is probed as before, but is in no list, search or /mcp. The page
            shows hidden servers where “Hidden too” is chosen.
          </span>
        </span>
      </label>
    </div>
  );
}
