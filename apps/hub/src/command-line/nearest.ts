import { nearestName } from "@hub/core/environment";

/** The known name that was meant: one that is like it, or the only one that it is a part of. */
function nearest(given: string, known: readonly string[]): string | undefined {
  const whole = known.filter((name) => name.toLowerCase().includes(given.toLowerCase()));
  return whole.length === 1 ? whole[0] : nearestName(given, known);
}

/** More of them are no advice. */
const mostAlike = 4;

/** The nearest name as a sentence, or what to do where no name is like it. */
export function nearestAdvice(given: string, known: readonly string[], otherwise: string): string {
  const name = nearest(given, known);
  if (name !== undefined) return `The nearest is ${name}.`;
  const begun = known.filter((one) => one.toLowerCase().startsWith(given.toLowerCase()));
  return begun.length > 1 && begun.length <= mostAlike
    ? `The nearest are ${begun.slice(0, -1).join(", ")} and ${begun.at(-1)}.`
    : `${otherwise}.`;
}
