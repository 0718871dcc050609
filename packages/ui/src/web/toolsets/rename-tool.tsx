import type { FieldProblem } from "../api/problem.js";
import { Button, inputClass } from "../parts/controls.js";
import { Field, problemsAt } from "../parts/field.js";
import { Modal } from "../parts/modal.js";
import type { Override } from "./draft.js";
import type { TreeTool } from "./rows.js";

const pointerPart = (text: string) => text.replaceAll("~", "~0").replaceAll("/", "~1");

/** Asks what one tool is called for clients. What is typed counts at once; the hub says what it refuses. */
export function RenameTool({
  serverId,
  tool,
  override,
  problems,
  onOverride,
  onClose,
}: {
  readonly serverId: string;
  readonly tool: TreeTool;
  readonly override: Override;
  readonly problems: readonly FieldProblem[];
  readonly onOverride: (override: Override) => void;
  readonly onClose: () => void;
}) {
  const { name = "", title = "", description = "" } = override;
  const pointer = `/overrides/${pointerPart(`${serverId}/${tool.name}`)}`;
  return (
    <Modal title={`${tool.name} as clients see it`} onClose={onClose}>
      <div className="grid grid-cols-1 gap-4">
        <Field
          label="Name for clients"
          hint="Clients see exactly this name, without the server's id."
          problem={problemsAt(problems, `${pointer}/name`)}
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
              placeholder={tool.title ?? ""}
              onChange={(event) => onOverride({ ...override, title: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="Description for clients"
          hint="If empty, clients see what the server says."
          problem={problemsAt(problems, `${pointer}/description`)}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              className={inputClass}
              value={description}
              placeholder={(tool.description ?? "").slice(0, 200)}
              onChange={(event) => onOverride({ ...override, description: event.target.value })}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOverride({})}>As the server says</Button>
          <Button look="solid" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    </Modal>
  );
}
