/** What may be wider or longer than its place: it scrolls, by keyboard as well. `label` names it. */
export function ScrollArea({
  label,
  className = "overflow-x-auto",
  children,
}: {
  readonly label: string;
  readonly className?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus scrolls by keyboard
      tabIndex={0}
      className={className}
    >
      {children}
    </section>
  );
}
