import type { ProbeStep } from "@hub/core/probing";
import type { ConnectTrace } from "@hub/dial";

type Lap = { readonly ms: number; readonly detail?: string };

/** Notes how long each step of the first connection took, and what was seen in it. */
export function createStopwatch() {
  const times = new Map<ProbeStep, Lap>();
  let lastAt = performance.now();
  const lap = (step: ProbeStep, detail?: string) => {
    const now = performance.now();
    times.set(step, { ms: now - lastAt, ...(detail === undefined ? {} : { detail }) });
    lastAt = now;
  };
  const trace: ConnectTrace = (step, done) => {
    if (done === undefined || times.has(step)) return;
    lap(step, done);
  };
  return {
    times: times as ReadonlyMap<ProbeStep, Lap>,
    trace,
    done: (step: ProbeStep) => lap(step),
  };
}
