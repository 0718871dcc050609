const bars = "▁▂▃▄▅▆▇█";

/** What stands where nothing is known. */
const unknown = "·";

/**
 * Values as bars of one line, the highest for the largest. Zero is the lowest bar and nothing else is; undefined is
 * what nobody knows. `most` is the largest that could be; by default the largest there is.
 */
export function sparkline(
  values: readonly (number | undefined)[],
  most = Math.max(0, ...values.map((value) => value ?? 0)),
): string {
  const lowest = bars.charAt(0);
  return values
    .map((value) => {
      if (value === undefined) return unknown;
      if (value <= 0 || most <= 0) return lowest;
      return bars.charAt(
        Math.min(bars.length - 1, Math.max(1, Math.round((value / most) * (bars.length - 1)))),
      );
    })
    .join("");
}

/** Neighbours put together, so that there are at most so many of them. */
export function squeezed<Value, Together>(
  values: readonly Value[],
  most: number,
  together: (values: readonly Value[]) => Together,
): readonly Together[] {
  const size = Math.max(1, Math.ceil(values.length / Math.max(1, most)));
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    together(values.slice(at * size, (at + 1) * size)),
  );
}
