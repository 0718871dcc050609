import { HubError, type Registration } from "@hub/core";

/**
 * A registration without the candidates that the hub would never dial, and a warning for each of them. They
 * are guesses, and one that is no use is no reason to refuse the server.
 */
export function withoutUseless(
  registration: Registration,
  check: (endpoint: string) => void,
): { readonly registration: Registration; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const candidates = registration.candidates?.filter((candidate) => {
    try {
      check(candidate);
      return true;
    } catch (error) {
      if (!HubError.is(error)) throw error;
      leftOut.push(`The candidate ${candidate} was left out. ${error.message}`);
      return false;
    }
  });
  if (candidates === undefined || leftOut.length === 0) return { registration, leftOut };
  return { registration: { ...registration, candidates }, leftOut };
}
