const parts = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i;

/** A numeral in one way of writing, so that `1.50e1` and `15` are the same. */
function canonical(numeral: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = parts.exec(numeral) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const bare = digits.replace(/0+$/, "");
  if (bare === "") return "0";
  const exponent = Number(power) - fraction.length + digits.length - bare.length;
  return `${sign === "-" ? "-" : ""}${bare}e${exponent}`;
}

/**
 * Whether a number arrives as the one that was typed. Fractions are rounded as everywhere; a whole
 * number that becomes another one, or none at all, is not what anybody meant.
 */
export function isExact(numeral: string): boolean {
  const value = Number(numeral);
  if (!Number.isFinite(value)) return false;
  return !Number.isInteger(value) || canonical(numeral) === canonical(String(value));
}

const textOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** The first number of a JSON text that would not arrive as it was typed. */
export function inexactIn(
  json: string,
): { readonly numeral: string; readonly at: number } | undefined {
  for (const { 0: found, index: at } of json.matchAll(textOrNumber))
    if (!found.startsWith('"') && !isExact(found)) return { numeral: found, at };
  return undefined;
}
