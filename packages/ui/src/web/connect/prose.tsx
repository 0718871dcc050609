/** A sentence in which backticks mark what a machine reads. */
export function Prose({ text }: { readonly text: string }) {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never move
      <code key={index} className="rounded-md bg-raised px-1 py-0.5 text-inline break-words">
        {part}
      </code>
    ) : (
      part
    ),
  );
}
