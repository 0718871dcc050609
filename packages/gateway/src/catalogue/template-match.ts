/** The longest template and URI that are matched; longer ones are nobody's. */
const longestTemplate = 2_000;
const longestUri = 8_192;

/**
 * Whether a URI may come from a URI template: its fixed parts appear in order and every expression
 * stands for something. No pattern of a server is ever compiled, so none can be slow.
 */
export function mayMatch(template: string, uri: string): boolean {
  if (template.length > longestTemplate || uri.length > longestUri) return false;
  const fixed = template.split(/\{[^{}]*\}/);
  if (fixed.length === 1) return template === uri;
  const first = fixed[0] ?? "";
  const last = fixed.at(-1) ?? "";
  if (!uri.startsWith(first)) return false;
  let at = first.length;
  for (const part of fixed.slice(1, -1)) {
    // One character at least for the expression before it; optional ones are tried by asking.
    const found = uri.indexOf(part, at + 1);
    if (found === -1) return false;
    at = found + part.length;
  }
  return uri.endsWith(last) && uri.length - last.length > at;
}
