import type { HubClientError } from "@hub/client";

/** The longest wait after a refusal, in milliseconds. One lease lives as long. */
const refusedCapMs = 30_000;
/** The longest wait after a hub was not reached: with the try before it, a server is back within a lease of the hub. */
const unreachedCapMs = 20_000;

const firstRetryMs = 1_000;
const longestRetryAfterMs = 3_600_000;
const shortestRetryAfterMs = 250;

/**
 * A refusal: the hub understood and said no. Trying again soon cannot help, but a token may be
 * replaced and the holder of a name may die, so it is tried again slowly.
 */
export function isRefusal({ status, code }: HubClientError): boolean {
  if (code === "NOT_A_HUB") return true;
  return status >= 400 && status < 500 && status !== 404 && status !== 408 && status !== 429;
}

/** How long to wait after the `attempt`-th failure in a row (from 0), in milliseconds. */
export function retryDelayMs(error: HubClientError, attempt: number, random: () => number): number {
  if (error.retryAfterMs !== undefined && (error.status === 429 || error.status === 503)) {
    // A little later than asked for, or everybody comes back at the same moment.
    return Math.min(error.retryAfterMs, longestRetryAfterMs) + random() * firstRetryMs;
  }
  // Its holder may be gone any moment; the hub says how often that is worth asking.
  if (error.code === "NAME_TAKEN" && error.retryAfterMs !== undefined)
    return askAgainDelayMs(error.retryAfterMs, random);
  if (isRefusal(error)) return refusedCapMs * (0.9 + 0.2 * random());
  return random() * Math.min(unreachedCapMs, firstRetryMs * 2 ** Math.min(attempt, 20));
}

/** When to ask again for what the hub does not give yet: as it says, or up to 10 % later. */
export function askAgainDelayMs(retryAfterMs: number, random: () => number): number {
  const asked = Math.min(Math.max(Number(retryAfterMs) || 0, shortestRetryAfterMs), refusedCapMs);
  return asked * (1 + 0.1 * random());
}

/** The next heartbeat: the hub's interval, give or take 10 %. */
export function heartbeatDelayMs(intervalMs: number, random: () => number): number {
  return intervalMs * (0.9 + 0.2 * random());
}
