/** Where time comes from. Leases use `monotonic`; `wall` is only for people and for the journal. */
export interface Clock {
  /** Milliseconds since 1970, whole. May jump either way. */
  wall(): number;
  /** Milliseconds since some fixed moment, with fractions. Never goes back. */
  monotonic(): number;
}

/** The clock of the running process. */
export const systemClock: Clock = {
  wall: () => Date.now(),
  monotonic: () => performance.now(),
};
