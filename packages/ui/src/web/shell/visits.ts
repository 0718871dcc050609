/** When somebody was here, by the hub's clock, in milliseconds since 1970. */
export type Visits = {
  /** The last moment of the visit before this one. Undefined: this is the first. */
  readonly before?: number | undefined;
  /** The last moment of this visit so far. */
  readonly last?: number | undefined;
};

/** Whoever comes back after so long, or later, has not been here: a reload or a coffee is no new visit. */
const restMs = 20 * 60_000;

/** The visits with somebody being here now. */
export function visited({ before, last }: Visits, now: number): Visits {
  const isNew = last !== undefined && now - last >= restMs;
  return { before: isNew ? last : before, last: now };
}
