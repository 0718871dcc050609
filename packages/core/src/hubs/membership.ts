import { ownerOf } from "./rendezvous.js";
import { type HubOnStore, hubTimes, type Pulsed } from "./shared-hubs.js";

/** When a pulse set out and when its answer came, by the hub's monotonic clock. */
export type PulseTimes = { readonly askedAt: number; readonly answeredAt: number };

type View = {
  readonly askedAt: number;
  readonly hubs: readonly HubOnStore[];
};

/** Who shares the work, as one hub knows it. */
type Shares = {
  readonly members: readonly string[];
  readonly owners: Map<string, string | undefined>;
};

/**
 * What one hub of several may decide. Pure: time is told. However slow, cut off or paused hubs are, no two of them
 * own a key at the same time, as long as their monotonic clocks run at the same pace:
 * a hub that heard nothing from the store for `contact` owns nothing; it counts as gone only after `gone`, which is
 * longer; and one that joins, or is back, owns nothing for `contact`, by when all others know of it or own nothing.
 */
export class Membership {
  readonly #id: string;
  #view: View | undefined;
  /** When it began to own its part, if it stays in contact. */
  #ownsFrom = Number.POSITIVE_INFINITY;
  #shares: Shares = { members: [], owners: new Map() };
  /** The shares when it last owned anything. */
  #lastShares: Shares | undefined;

  constructor(id: string) {
    this.#id = id;
  }

  /** Takes the answer to a pulse over. */
  take({ hubs, joined }: Pulsed, { askedAt, answeredAt }: PulseTimes): void {
    if (joined === "alone") this.#ownsFrom = answeredAt;
    else if (joined !== undefined) this.#ownsFrom = answeredAt + hubTimes.contact;
    this.#view = { askedAt, hubs };
  }

  /** It leaves, and owns nothing from now on. */
  leave(): void {
    this.#view = undefined;
    this.#ownsFrom = Number.POSITIVE_INFINITY;
    this.#lastShares = { members: [], owners: new Map() };
  }

  /** Whether it heard from the store lately. Without it, its next pulse is to join again. */
  isInContact(now: number): boolean {
    return this.#view !== undefined && now - this.#view.askedAt < hubTimes.contact;
  }

  /** Whether it takes part: it is in contact, and was so for long enough. */
  isMember(now: number): boolean {
    return this.isInContact(now) && now >= this.#ownsFrom;
  }

  /** Whether this hub alone decides about a key now. */
  owns(key: string, now: number): boolean {
    return this.isMember(now) && ownerIn(this.#sharesNow(now), key) === this.#id;
  }

  /**
   * Whether this hub observes a key: what it owns, or owned until it lost contact. Others may do so as well by then;
   * observing does no harm.
   */
  looksAfter(key: string, now: number): boolean {
    if (this.isMember(now)) return this.owns(key, now);
    return this.#lastShares !== undefined && ownerIn(this.#lastShares, key) === this.#id;
  }

  /** Who decides about a key, as far as this hub knows; undefined while it knows nobody. */
  ownerOf(key: string, now: number): string | undefined {
    const members = this.hubs(now).filter(({ isMember }) => isMember);
    return ownerOf(
      key,
      members.map(({ id }) => id),
    );
  }

  /** The hubs that share the work now, sorted; changes when keys change hands. Empty while this one owns nothing. */
  members(now: number): readonly string[] {
    return this.isMember(now) ? this.#sharesNow(now).members : [];
  }

  /** Every hub that is shown, with what it is to this one. */
  hubs(now: number): readonly (HubOnStore & { readonly isMember: boolean })[] {
    const { hubs = [], askedAt = now } = this.#view ?? {};
    return hubs.map((hub) => ({
      ...hub,
      seenAgoMs: hub.seenAgoMs + now - askedAt,
      isMember: hub.id === this.#id ? this.isMember(now) : countsFor(hub, now - askedAt),
    }));
  }

  #sharesNow(now: number): Shares {
    const { hubs = [], askedAt = now } = this.#view ?? {};
    const members = hubs
      .filter((hub) => hub.id === this.#id || countsFor(hub, now - askedAt))
      .map(({ id }) => id)
      .sort();
    if (members.join(" ") !== this.#shares.members.join(" "))
      this.#shares = { members, owners: new Map() };
    this.#lastShares = this.#shares;
    return this.#shares;
  }
}

/** Whether another hub takes its part: it may do so a little later than others leave it to it, never earlier. */
function countsFor({ seenAgoMs, joinedAgoMs }: HubOnStore, sinceMs: number): boolean {
  return seenAgoMs <= hubTimes.gone && joinedAgoMs + sinceMs >= hubTimes.contact;
}

function ownerIn({ members, owners }: Shares, key: string): string | undefined {
  if (!owners.has(key)) owners.set(key, ownerOf(key, members));
  return owners.get(key);
}
