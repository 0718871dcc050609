const width = 100;
const height = 24;

/** A line of values over time; `label` says in words what it shows. */
export function Sparkline({
  values,
  label,
  className = "h-6 w-full text-accent",
}: {
  readonly values: readonly number[];
  readonly label: string;
  readonly className?: string;
}) {
  const most = Math.max(...values, 0.001);
  const step = width / Math.max(1, values.length - 1);
  const line = values
    .map((value, index) => {
      const x = (index * step).toFixed(1);
      const y = (height - 2 - (value / most) * (height - 4)).toFixed(1);
      return `${index === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
  return (
    <svg
      role="img"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={`spark ${className}`}
    >
      <title>{label}</title>
      <path d={values.length < 2 ? `M0 ${height / 2}L${width} ${height / 2}` : line} />
    </svg>
  );
}
