import { Choice } from "../parts/field.js";
import { Panel } from "../parts/panels.js";
import type { Draft } from "./draft.js";

/** How its list looks to clients. */
export function ShapeFields({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (next: Partial<Draft>) => void;
}) {
  return (
    <Panel title="How clients see it">
      <div className="grid grid-cols-1 gap-4">
        <Choice
          legend="Tool names"
          value={draft.prefix}
          onChange={(prefix) => onChange({ prefix })}
          options={[
            {
              value: "always",
              label: "With the server's id",
              about: "crm__find: no two are ever the same.",
            },
            {
              value: "never",
              label: "Bare",
              about: "find: what two servers have is left out.",
            },
          ]}
        />
        <Choice
          legend="List"
          value={draft.mode}
          onChange={(mode) => onChange({ mode })}
          options={[
            { value: "all", label: "All its tools", about: "The model reads each of them." },
            {
              value: "search",
              label: "Search",
              about: "Three tools of the hub that find and call all others.",
            },
          ]}
        />
      </div>
    </Panel>
  );
}
