/**
 * Timers of a busy process fire a little late. So much is no pause: without this tolerance each such
 * sweep would lose some time, and hub time would fall behind that of the servers for ever.
 */
export const latenessToleranceMs = 250;

/**
 * Time as the hub lived it. A hub that was paused (a stopped process, a sleeping laptop, a blocked
 * event loop) could not have received heartbeats meanwhile, so that time must not age any lease:
 * between two observations hub time advances by at most one sweep and `latenessToleranceMs`.
 * (Eureka and Kubernetes compensate late sweeps for the same reason.)
 */
export class HubTime {
  #monotonic: number;
  #now = 0;
  readonly #longestStepMs: number;

  constructor(monotonic: number, sweepMs: number) {
    this.#monotonic = monotonic;
    this.#longestStepMs = sweepMs + latenessToleranceMs;
  }

  /** Takes a reading of the monotonic clock and returns hub time, in milliseconds since start. */
  observe(monotonic: number): number {
    const elapsed = monotonic - this.#monotonic;
    this.#monotonic = monotonic;
    this.#now += Math.min(Math.max(elapsed, 0), this.#longestStepMs);
    return this.#now;
  }

  get now(): number {
    return this.#now;
  }
}
