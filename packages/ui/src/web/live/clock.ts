import { useSyncExternalStore } from "react";

const tickMs = 1_000;
/** The hub tells its time in whole seconds; what is less than this is no difference. */
const leastSkewMs = 2_000;

let skewMs = 0;
let now = Date.now();
let ticking: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time at the hub in milliseconds since 1970: the instants it tells are by its clock, not by ours. */
export function hubNow(): number {
  return Date.now() + skewMs;
}

/** Takes the time over that an answer of the hub says (its `Date`). */
export function learnHubTime(date: string | null): void {
  const difference = Date.parse(date ?? "") + 500 - Date.now();
  if (!Number.isNaN(difference)) skewMs = Math.abs(difference) < leastSkewMs ? 0 : difference;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticking ??= setInterval(() => {
    now = hubNow();
    for (const one of listeners) one();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

/** The hub's time in milliseconds since 1970, anew each second; one timer serves the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
