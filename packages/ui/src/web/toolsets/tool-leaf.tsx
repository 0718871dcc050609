import type { ServerTools } from "@hub/api";
import { Pencil } from "lucide-react";
import { useState } from "react";
import type { FieldProblem } from "../api/problem.js";
import { IconButton, inputClass } from "../parts/controls.js";
import { Field, FieldError, problemsAt } from "../parts/field.js";
import { Badge } from "../parts/panels.js";
import type { Override } from "./draft.js";

const textOf = (value: unknown) => (typeof value === "string" ? value : "");
const pointerPart = (text: string) => text.replaceAll("~", "~0").replaceAll("/", "~1");

/** One tool: whether clients get it, and what it is called there. */
export function ToolLeaf({
  serverId,
  tool,
  isOn,
  isFixed,
  override,
  problems,
  onToggle,
  onOverride,
}: {
  readonly serverId: string;
  readonly tool: ServerTools["tools"][number];
  readonly isOn: boolean;
  readonly isFixed: boolean;
  readonly override: Override;
  readonly problems: readonly FieldProblem[];
  readonly onToggle: (isOn: boolean) => void;
  readonly onOverride: (override: Override) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const { name = "", title = "", description = "" } = override;
  const own = textOf(tool.description);
  const pointer = `/overrides/${pointerPart(`${serverId}/${tool.name}`)}`;
  const problem = problemsAt(problems, pointer);
  return (
    <li data-tool={tool.name}>
      <div className="flex items-center gap-2">
        <label className="flex min-h-10 min-w-0 flex-1 cursor-pointer items-center gap-3 py-1 text-sm">
          <input
            type="checkbox"
            className="size-4 shrink-0 accent-accent-solid"
            checked={isOn}
            disabled={isFixed}
            onChange={(event) => onToggle(event.target.checked)}
          />
          <span className="min-w-0">
            <span className="flex flex-wrap items-center gap-x-2 font-mono text-[0.8125rem] break-all">
              {tool.name}
              {name.trim() !== "" && <Badge tone="accent">{name.trim()}</Badge>}
            </span>
            <span className="line-clamp-1 text-xs text-soft">
              {description === "" ? own : description}
            </span>
          </span>
        </label>
        <IconButton
          label={`Rename ${tool.name}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <Pencil className="size-4" aria-hidden="true" />
        </IconButton>
      </div>
      {problem !== undefined && !isOpen && <FieldError text={problem} />}
      {isOpen && (
        <fieldset className="mb-3 ml-7 grid gap-3 rounded-lg border border-line bg-raised p-3 sm:grid-cols-2">
          <legend className="sr-only">{tool.name} as clients see it</legend>
          <Field
            label="Name for clients"
            hint="Clients see exactly this name, without the server's id."
            problem={problemsAt(problems, `${pointer}/name`) ?? problem}
          >
            {(ids) => (
              <input
                {...ids}
                className={`${inputClass} font-mono`}
                value={name}
                placeholder={tool.name}
                spellCheck={false}
                onChange={(event) => onOverride({ ...override, name: event.target.value })}
              />
            )}
          </Field>
          <Field label="Title for clients" problem={problemsAt(problems, `${pointer}/title`)}>
            {(ids) => (
              <input
                {...ids}
                className={inputClass}
                value={title}
                placeholder={textOf(tool.title)}
                onChange={(event) => onOverride({ ...override, title: event.target.value })}
              />
            )}
          </Field>
          <div className="sm:col-span-2">
            <Field
              label="Description for clients"
              hint="If empty, clients see what the server says."
              problem={problemsAt(problems, `${pointer}/description`)}
            >
              {(ids) => (
                <textarea
                  {...ids}
                  rows={2}
                  className={inputClass}
                  value={description}
                  placeholder={own.slice(0, 200)}
                  onChange={(event) => onOverride({ ...override, description: event.target.value })}
                />
              )}
            </Field>
          </div>
        </fieldset>
      )}
    </li>
  );
}
