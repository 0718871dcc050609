import { nearestName } from "@hub/core/environment";

/** The known name that was meant: one that is like it, or the only one that it is a part of. */
function nearest(given: string, known: readonly string[]): string | undefined {
  const whole = known.filter((name) => name.toLowerCase().includes(given.toLowerCase()));
  return whole.length === 1 ? whole[0] : nearestName(given, known);
}

/** The nearest name as a sentence, or what to do where no name is like it. */
export function nearestAdvice(given: string, known: readonly string[], otherwise: string): string {
  const name = nearest(given, known);
  return name === undefined ? `${otherwise}.` : `The nearest is ${name}.`;
}
