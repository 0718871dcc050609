/** The first probes of a new instance come quickly: many servers register just before they listen. */
export const eagerProbes = [
  { untilMs: 10_000, everyMs: 500 },
  { untilMs: 60_000, everyMs: 2_000 },
] as const;
/** A server that has just registered and does not answer yet may still be starting. */
export const startUpMs = 5_000;
/** A server that was up a moment ago and registers again is looked at this soon. */
export const restartProbeMs = 1_000;
