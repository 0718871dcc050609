import fc from "fast-check";
import { expect, test } from "vitest";
import { Membership } from "./membership.js";
import { ownerOf } from "./rendezvous.js";
import { type HubOnStore, hubTimes, type Pulsed } from "./shared-hubs.js";

const keys = Array.from({ length: 12 }, (_, index) => `server-${index}`);

type Row = { readonly id: string; seenAt: number; joinedAt: number };

/** The store as hubs meet there, by its own clock. */
class Store {
  readonly rows = new Map<string, Row>();

  pulse(id: string, isJoining: boolean, now: number): Pulsed {
    const row = this.rows.get(id);
    let joined: Pulsed["joined"];
    if (!isJoining && row !== undefined && now - row.seenAt <= hubTimes.contact) row.seenAt = now;
    else {
      const others = [...this.rows.values()].filter(
        (one) => one.id !== id && now - one.seenAt <= hubTimes.gone,
      );
      joined = others.length === 0 ? "alone" : "beside-others";
      const joinedAt = joined === "alone" ? now - hubTimes.contact : now;
      this.rows.set(id, { id, seenAt: now, joinedAt });
    }
    const hubs = [...this.rows.values()].map(
      (one): HubOnStore => ({
        id: one.id,
        version: "1",
        startedAt: 0,
        reports: 0,
        seenAgoMs: now - one.seenAt,
        joinedAgoMs: now - one.joinedAt,
      }),
    );
    return { wall: now, hubs, joined, reports: [] };
  }
}

/** One hub, whose requests and answers take their time, or do not come through. */
class Hub {
  membership: Membership;
  readonly id: string;
  /** Its clock shows another time than the store's, and runs as fast. */
  readonly #offset: number;
  #next = 0;
  #asked:
    | { readonly at: number; readonly arrivesAt: number; readonly isJoining: boolean }
    | undefined;
  #answer: { readonly pulsed: Pulsed; readonly askedAt: number; readonly at: number } | undefined;
  isCutOff = false;
  isPaused = false;
  delayMs = 5;

  constructor(id: string, offset: number) {
    this.id = id;
    this.#offset = offset;
    this.membership = new Membership(id);
  }

  clock(now: number): number {
    return now + this.#offset;
  }

  owns(key: string, now: number): boolean {
    return this.membership.owns(key, this.clock(now));
  }

  /** What happens to it in a moment. What is on its way arrives, whether or not it is paused. */
  step(store: Store, now: number): void {
    if (this.#asked !== undefined && now >= this.#asked.arrivesAt) {
      const { at, isJoining } = this.#asked;
      this.#asked = undefined;
      if (!this.isCutOff)
        this.#answer = {
          pulsed: store.pulse(this.id, isJoining, now),
          askedAt: at,
          at: now + this.delayMs,
        };
      this.#next = now + (this.isCutOff ? 500 : hubTimes.pulse);
    }
    if (this.isPaused) return;
    if (this.#answer !== undefined && now >= this.#answer.at) {
      const { pulsed, askedAt } = this.#answer;
      this.#answer = undefined;
      const answeredAt = this.clock(now);
      this.membership.take(pulsed, { askedAt: this.clock(askedAt), answeredAt });
    }
    if (this.#asked === undefined && this.#answer === undefined && now >= this.#next)
      this.#asked = {
        at: now,
        arrivesAt: now + this.delayMs,
        isJoining: !this.membership.isInContact(this.clock(now)),
      };
  }

  restart(): void {
    this.membership = new Membership(this.id);
    this.#asked = undefined;
    this.#answer = undefined;
    this.#next = 0;
  }
}

const step = fc.record({
  hub: fc.nat(3),
  what: fc.constantFrom("cut", "mend", "pause", "resume", "restart", "slow", "quick"),
  restMs: fc.integer({ min: 0, max: 6_000 }),
});
const tickMs = 25;

test("however hubs are cut off, paused, slow and restarted: no two own a key, and soon one owns each again", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const store = new Store();
      const hubs = ["a", "b", "c", "d"].map((id, index) => new Hub(id, index * 3_600_000));
      let now = 0;
      const run = (ms: number) => {
        for (const end = now + ms; now < end; now += tickMs) {
          for (const hub of hubs) hub.step(store, now);
          const owned = hubs.flatMap((hub) => keys.filter((key) => hub.owns(key, now)));
          if (new Set(owned).size < owned.length) expect(owned).toEqual([...new Set(owned)]);
        }
      };
      for (const { hub: index, what, restMs } of steps) {
        const hub = hubs[index] as Hub;
        if (what === "cut" || what === "mend") hub.isCutOff = what === "cut";
        else if (what === "pause" || what === "resume") hub.isPaused = what === "pause";
        else if (what === "restart") hub.restart();
        else hub.delayMs = what === "slow" ? 1_800 : 5;
        run(restMs);
      }
      // Two of them are gone for good, and the others work.
      for (const hub of hubs.slice(0, 2)) hub.isPaused = true;
      for (const hub of hubs.slice(2))
        Object.assign(hub, { isPaused: false, isCutOff: false, delayMs: 5 });
      run(10_000);
      for (const key of keys) expect(hubs.filter((hub) => hub.owns(key, now))).toHaveLength(1);
      for (const hub of hubs.slice(2))
        expect(hub.membership.members(hub.clock(now))).toEqual(["c", "d"]);
    }),
    { numRuns: Math.max(30, Math.round(Number(process.env.HUB_PROPERTY_RUNS ?? 200) / 4)) },
  );
});

test("a hub that comes or goes moves only its own part, and the parts are alike", () => {
  const many = Array.from({ length: 3_000 }, (_, index) => `server-${index}`);
  const three = many.map((key) => ownerOf(key, ["a", "b", "c"]));
  const two = many.map((key) => ownerOf(key, ["a", "c"]));
  for (const [index, owner] of three.entries()) if (owner !== "b") expect(two[index]).toBe(owner);
  for (const id of ["a", "b", "c"])
    expect(Math.abs(three.filter((owner) => owner === id).length - 1_000)).toBeLessThan(150);
  expect(ownerOf("x", [])).toBeUndefined();
});

test("a hub that lost contact goes on looking after what it owned, and decides nothing", () => {
  const membership = new Membership("a");
  const pulsed = new Store().pulse("a", true, 0);
  membership.take(pulsed, { askedAt: 0, answeredAt: 10 });
  expect([membership.owns("x", 10), membership.looksAfter("x", 10)]).toEqual([true, true]);
  const later = hubTimes.contact;
  expect([membership.owns("x", later), membership.looksAfter("x", later)]).toEqual([false, true]);
  membership.leave();
  expect(membership.looksAfter("x", later)).toBe(false);
});
