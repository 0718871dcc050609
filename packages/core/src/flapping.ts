import type { Now } from "./health.js";

/**
 * How often what a server offers changes, or is said to have changed. So many changes in a row are free;
 * after them one is for each time that passes. Who changes more often is *flapping*: read less and less
 * often, and told of once, until it has been stable for a while.
 */
export type Pace = {
  /** Changes that are free now, as of `countedAt`. */
  readonly left: number;
  /** Hub time. */
  readonly countedAt: number;
  /** The first change since it was quiet (`Now.wall`). */
  readonly since: number;
  /** Changes since then, with those that were only said. */
  readonly changes: number;
  /** It was said to have changed, and has not been read since. */
  readonly isSaid: boolean;
  readonly backOff?: BackOff;
};

/** How a server is read while it flaps. Instants are hub time. */
type BackOff = {
  readonly readAt: number;
  readonly waitMs: number;
  /** When it last changed, was said to have changed, or could not be read. */
  readonly unstableAt: number;
};

/** What a server and its lists say of it, while it flaps. `since` is milliseconds since 1970. */
export type Flapping = { readonly since: number; readonly changes: number };

/** What a reading of all that a server offers found. */
export type Found = "same" | "other" | "nothing";

const freeChanges = 20;
const freeEveryMs = 15_000;
/** A flapping server is read no less often than so many times the usual time. */
const mostWaits = 4;
/** A server is stable when it stayed the same for so many times the usual time. */
const stableWaits = 2;
/** A person who asks for a probe of a flapping server gets a reading this often. */
const askedEveryMs = 10_000;

export const quietPace: Pace = {
  left: freeChanges,
  countedAt: 0,
  since: 0,
  changes: 0,
  isSaid: false,
};

/** Since when what a server offers has been changing all the time; undefined when it does not. */
export function flappingOf(pace: Pace | undefined): Flapping | undefined {
  return pace?.backOff === undefined ? undefined : { since: pace.since, changes: pace.changes };
}

/** Something says that the offers changed. A server that does not flap is read for it. */
export function afterWord(pace: Pace, now: Now): Pace {
  const { backOff } = pace;
  if (backOff === undefined) return pace.isSaid ? pace : { ...pace, isSaid: true };
  return { ...pace, changes: pace.changes + 1, backOff: { ...backOff, unstableAt: now.hub } };
}

/** The offers were read. `usualMs` is the time between two readings of a quiet server. */
export function afterReading(pace: Pace, found: Found, now: Now, usualMs: number): Pace {
  const { backOff } = pace;
  if (backOff !== undefined) return whileFlapping({ ...pace, backOff }, found, now, usualMs);
  if (found !== "other" && !pace.isSaid) return pace;
  const left = Math.min(freeChanges, pace.left + (now.hub - pace.countedAt) / freeEveryMs);
  const wasQuiet = left === freeChanges;
  const counted = {
    countedAt: now.hub,
    since: wasQuiet ? now.wall : pace.since,
    changes: wasQuiet ? 1 : pace.changes + 1,
    isSaid: false,
  };
  if (left >= 1) return { ...counted, left: left - 1 };
  const began = { readAt: now.hub, waitMs: usualMs, unstableAt: now.hub };
  return { ...counted, left: 0, backOff: began };
}

function whileFlapping(
  { backOff, ...pace }: Pace & { readonly backOff: BackOff },
  found: Found,
  now: Now,
  usualMs: number,
): Pace {
  const isStable = now.hub - backOff.unstableAt >= stableWaits * usualMs;
  // It gets no free changes for having flapped.
  if (found === "same" && isStable) return { ...pace, left: 0, countedAt: now.hub };
  if (found === "same")
    return { ...pace, backOff: { ...backOff, readAt: now.hub, waitMs: usualMs } };
  return {
    ...pace,
    changes: pace.changes + (found === "other" ? 1 : 0),
    backOff: {
      readAt: now.hub,
      waitMs: Math.min(2 * backOff.waitMs, mostWaits * usualMs),
      unstableAt: now.hub,
    },
  };
}

/** Whether it is time to read the offers; `isAsked`: because somebody asks for it. */
export function mayRead(pace: Pace | undefined, now: number, isAsked = false): boolean {
  if (pace?.backOff === undefined) return true;
  const { readAt, waitMs } = pace.backOff;
  return now - readAt >= (isAsked ? askedEveryMs : waitMs);
}
