// What a line measured: `what`, the value as `told`, and, where it must hold, its `bar`.
const numbers = new Intl.NumberFormat("en");
const withUnit = (value, unit) =>
  `${numbers.format(Math.round(value * 10) / 10)}${unit === "" ? "" : ` ${unit}`}`;

/** A figure without a bar: how much was tried, or what depends on how busy the machine is. */
export const told = (what, text) => ({ what, told: String(text), bar: "", isHeld: true });

export const atMost = (what, value, most, unit = "") => ({
  what,
  told: withUnit(value, unit),
  bar: most === 0 ? "0" : `at most ${withUnit(most, unit)}`,
  isHeld: value <= most,
});

export const atLeast = (what, value, least, unit = "") => ({
  what,
  told: withUnit(value, unit),
  bar: `at least ${withUnit(least, unit)}`,
  isHeld: value >= least,
});

/** How many of these there are, of which none may be; what they say is `wrong`. */
export const none = (what, faults) => ({
  ...atMost(what, faults.length, 0),
  wrong: counted(faults.map(String)),
});

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export const greatest = (values) => values.reduce((most, value) => Math.max(most, value), 0);

const ms = (value) => withUnit(Math.round(value), "ms");

export const spread = (values) =>
  `p50 ${ms(quantile(values, 0.5))}, p99 ${ms(quantile(values, 0.99))}, most ${ms(greatest(values))}`;

/** How often each text came, in words. */
function counted(texts) {
  const counts = new Map();
  for (const text of texts) {
    const start = text.slice(0, 300);
    counts.set(start, (counts.get(start) ?? 0) + 1);
  }
  return [...counts].map(([text, count]) => (count === 1 ? text : `${count} x ${text}`));
}
