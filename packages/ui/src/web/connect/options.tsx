/** One of several ways, with what it means. */
export function Option({
  isChosen,
  onChoose,
  name,
  label,
  children,
}: {
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly name: string;
  readonly label: string;
  readonly children: React.ReactNode;
}) {
  return (
    <label className="flex cursor-pointer gap-3 rounded-lg border border-line p-3 hover:bg-raised has-checked:border-accent has-checked:bg-accent-soft">
      <input
        type="radio"
        name={name}
        checked={isChosen}
        onChange={onChoose}
        className="mt-1 size-4 shrink-0 accent-(--accent-solid)"
      />
      <span className="min-w-0">
        <span className="block font-medium">{label}</span>
        <span className="block text-sm text-soft">{children}</span>
      </span>
    </label>
  );
}

/** Ways to choose between. */
export function Options({
  legend,
  isLegendShown = true,
  children,
}: {
  readonly legend: string;
  /** False where a heading just above says the same. */
  readonly isLegendShown?: boolean;
  readonly children: React.ReactNode;
}) {
  return (
    <fieldset>
      <legend className={isLegendShown ? "mb-2 text-sm font-medium text-soft" : "sr-only"}>
        {legend}
      </legend>
      <div className="grid gap-2 sm:auto-cols-fr sm:grid-flow-col">{children}</div>
    </fieldset>
  );
}
