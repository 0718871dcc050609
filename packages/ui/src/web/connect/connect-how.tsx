import { Option, Options } from "./options.js";
import type { Choice } from "./search.js";

/** By way of the hub or not, and whether its search stands for all tools. */
export function HowToConnect({
  choice,
  onChange,
  name,
}: {
  readonly choice: Choice;
  readonly onChange: (next: Choice) => void;
  /** Tells these radio buttons from others on the page. */
  readonly name: string;
}) {
  const { isDirect, isSearch } = choice;
  return (
    <div className="grid grid-cols-1 gap-3">
      <Options legend="Connection">
        <Option
          name={`${name}-way`}
          label="Through the hub"
          isChosen={!isDirect}
          onChoose={() => onChange({ ...choice, isDirect: false })}
        >
          One address. It stays the same when servers move, come and go.
        </Option>
        <Option
          name={`${name}-way`}
          label="Directly"
          isChosen={isDirect}
          onChoose={() => onChange({ ...choice, isDirect: true, isSearch: false })}
        >
          Each server at its own address. Your machine must be able to reach it.
        </Option>
      </Options>
      {!isDirect && (
        <label className="flex cursor-pointer gap-3 rounded-lg border border-line p-3 hover:bg-raised has-checked:border-accent has-checked:bg-accent-soft">
          <input
            type="checkbox"
            checked={isSearch}
            onChange={(event) => onChange({ ...choice, isSearch: event.target.checked })}
            className="mt-1 size-4 shrink-0 accent-(--accent-solid)"
          />
          <span>
            <span className="block font-medium">Search instead of all tools</span>
            <span className="block text-sm text-soft">
              The model sees three tools, with which it finds and calls all others. Good for many
              servers.
            </span>
          </span>
        </label>
      )}
    </div>
  );
}
