import type { Places } from "./places.js";

/**
 * Waits for a place at an instance. Resolves with what gives it back; with nothing when too many wait
 * already, or the signal came first.
 */
export function placeAt(
  places: Places,
  peer: string,
  signal: AbortSignal,
): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve(undefined);
      return;
    }
    const giveUp = () => {
      leave?.();
      resolve(undefined);
    };
    let isIn = false;
    const leave = places.enter(() => {
      isIn = true;
      // At once it runs before there is anything to resolve with.
      queueMicrotask(() => {
        signal.removeEventListener("abort", giveUp);
        resolve(leave);
      });
    }, peer);
    if (leave === undefined) resolve(undefined);
    else if (!isIn) signal.addEventListener("abort", giveUp, { once: true });
  });
}
