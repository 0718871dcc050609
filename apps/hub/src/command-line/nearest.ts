import { nearestName } from "@hub/core/environment";

/** More of them are no advice. */
const mostAlike = 4;

/** The known names that may be meant: the only one that it is a part of, one that is like it, or some that begin so. */
export function nearestNames(given: string, known: readonly string[]): readonly string[] {
  const part = given.toLowerCase();
  const whole = known.filter((name) => name.toLowerCase().includes(part));
  const like = whole.length === 1 ? whole[0] : nearestName(given, known);
  if (like !== undefined) return [like];
  const begun = whole.filter((name) => name.toLowerCase().startsWith(part));
  return begun.length <= mostAlike ? begun : [];
}

/** The nearest name as a sentence, or what to do where no name is like it. */
export function nearestAdvice(given: string, known: readonly string[], otherwise: string): string {
  const [name, ...more] = nearestNames(given, known);
  if (name === undefined) return `${otherwise}.`;
  return more.length === 0
    ? `The nearest is ${name}.`
    : `The nearest are ${[name, ...more].join(" and ")}.`;
}
