/** What may be wider or longer than its place: it scrolls, by keyboard as well. `label` names it. */
export function ScrollArea({
  label,
  className = "overflow-x-auto",
  ref,
  children,
}: {
  readonly label: string;
  readonly ref?: React.Ref<HTMLElement>;
  readonly className?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <section
      {...(ref === undefined ? {} : { ref })}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus scrolls by keyboard
      tabIndex={0}
      // Else what stands for screen readers alone would widen the page instead.
      className={`relative ${className}`}
    >
      {children}
    </section>
  );
}
