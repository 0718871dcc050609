/** Time, as the lease loop sees it. Tests give their own. */
export interface Time {
  /** Never jumps, but may stand still while the machine sleeps. Milliseconds. */
  monotonicMs(): number;
  /** Goes on while the machine sleeps, but may be set. Milliseconds. */
  wallMs(): number;
  /** Resolves after `ms`, or at once when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemTime: Time = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      // Waiting for the next heartbeat is no reason for a program to stay alive.
      timer.unref();
      signal.addEventListener("abort", done);
    }),
};

/** A long sleep is cut into slices of this length, so that a machine that woke up is noticed. */
const sliceMs = 2_000;

/**
 * Sleeps, but ends early when far more time has passed than was slept, on either clock: then the
 * machine or the process was suspended, and what was waited for is overdue.
 */
export async function sleepUnlessLate(
  time: Time,
  ms: number,
  latenessMs: number,
  signal: AbortSignal,
): Promise<void> {
  let remainingMs = ms;
  while (remainingMs > 0 && !signal.aborted) {
    const slice = Math.min(sliceMs, remainingMs);
    const [monotonic, wall] = [time.monotonicMs(), time.wallMs()];
    await time.sleep(slice, signal);
    const passedMs = Math.max(time.monotonicMs() - monotonic, time.wallMs() - wall);
    if (passedMs - slice > latenessMs) return;
    remainingMs -= slice;
  }
}
