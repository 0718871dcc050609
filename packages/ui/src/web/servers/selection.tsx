/** Servers that somebody chose to do something with, by id. */
export type Selection = {
  readonly ids: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
};

/** Chooses a server, or no longer. */
export function SelectBox({
  id,
  name,
  selection: { ids, toggle },
}: {
  readonly id: string;
  readonly name: string;
  readonly selection: Selection;
}) {
  return (
    <input
      type="checkbox"
      aria-label={`Select ${name}`}
      checked={ids.has(id)}
      onChange={() => toggle(id)}
      className="relative z-10 size-5 shrink-0 accent-accent-solid"
    />
  );
}
