import type { Health, Now } from "../health.js";

const instants = [
  "statusSince",
  "knownSince",
  "unansweredSince",
  "aliveAt",
  "failingSince",
  "answeredAt",
  "probedAt",
  "nextProbeAt",
  "readAt",
] as const satisfies readonly (keyof Health)[];

const wallInstants = [
  "statusSinceWall",
  "aliveAtWall",
  "beatAtWall",
  "probedAtWall",
] as const satisfies readonly (keyof Health)[];

/** Health as one hub tells it to another: instants are ages, since each hub has clocks of its own. */
export type ToldHealth = Omit<Health, "lease" | "pending" | "isBeingProbed"> & {
  readonly lease?: NonNullable<Health["lease"]>;
};

/** An age; -Infinity, the instant of what never was, has none. */
const ageOf = (instant: number, now: number) => (Number.isFinite(instant) ? now - instant : null);

function withAges(health: ToldHealth, turn: (value: number | null, isWall: boolean) => unknown) {
  const told: Record<string, unknown> = { ...health };
  for (const key of instants) if (key in told) told[key] = turn(health[key] ?? null, false);
  for (const key of wallInstants) if (key in told) told[key] = turn(health[key] ?? null, true);
  if (health.lease !== undefined)
    told.lease = { ...health.lease, renewedAt: turn(health.lease.renewedAt, false) };
  // The same members, with other numbers.
  return told as ToldHealth;
}

/** What others are to know. What is about this hub alone is left out. */
export function toldHealth(health: Health, now: Now): ToldHealth {
  const { pending, isBeingProbed, ...rest } = health;
  return withAges(rest, (value, isWall) =>
    value === null ? null : ageOf(value, isWall ? now.wall : now.hub),
  );
}

/** What another hub told `agoMs` ago, in the time of this one. `own` is what this hub knows. */
export function heardHealth(told: ToldHealth, agoMs: number, now: Now, own: Health): Health {
  const heard = withAges(told, (age, isWall) =>
    age === null ? Number.NEGATIVE_INFINITY : (isWall ? now.wall : now.hub) - agoMs - age,
  );
  const { lease, ...rest } = heard;
  const isNewer =
    lease !== undefined && own.lease !== undefined && lease.renewedAt >= own.lease.renewedAt;
  // Beats come from everywhere: whoever heard the last one knows best what it said.
  const beat = isNewer ? heard : own;
  const { announcedHash: _, beatAtWall: __, isGivenUp: ___, ...observed } = rest;
  return {
    ...observed,
    // Both hubs mean the same registration. In the time of this one an age is another instant with each report, and one
    // that is not what it was means another process.
    knownSince: own.knownSince,
    aliveAt: Math.max(heard.aliveAt, own.aliveAt),
    aliveAtWall: Math.max(heard.aliveAtWall, own.aliveAtWall),
    isDraining: beat.isDraining,
    isBeingProbed: false,
    ...(own.lease === undefined ? {} : { lease: isNewer ? lease : own.lease }),
    ...(beat.announcedHash === undefined ? {} : { announcedHash: beat.announcedHash }),
    ...(beat.beatAtWall === undefined ? {} : { beatAtWall: beat.beatAtWall }),
    ...(own.isGivenUp === true ? { isGivenUp: true } : {}),
    ...(own.pending === undefined ? {} : { pending: own.pending }),
  };
}
