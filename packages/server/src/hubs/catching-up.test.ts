import type { JsonValue } from "@hub/core/json";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { CatchingUp } from "./catching-up.js";

/** What follows from what has happened has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Hubs that hear of each other when the test lets them; what each has read of what was written. */
class Hubs {
  readonly all: readonly {
    readonly id: string;
    readonly catchingUp: CatchingUp;
    read: number;
    isGone: boolean;
    hasStore: boolean;
  }[];
  /** Those that are seen at the store. */
  present: readonly string[];
  written = 0;
  readonly #unheard: { readonly to: string; readonly from: string; readonly said: JsonValue }[] =
    [];

  constructor(count: number) {
    const ids = Array.from({ length: count }, (_, at) => `hub-${at}`);
    this.present = ids;
    this.all = ids.map((hubId) => ({
      id: hubId,
      read: 0,
      isGone: false,
      hasStore: true,
      catchingUp: new CatchingUp({
        hubId,
        present: () => this.present,
        hurry: () => {},
        catchUp: async () => {
          const hub = this.#at(hubId);
          if (hub.hasStore) hub.read = this.written;
          return hub.hasStore;
        },
      }),
    }));
  }

  #at(hubId: string) {
    const hub = this.all.find(({ id }) => id === hubId);
    if (hub === undefined) throw new Error(`there is no ${hubId}`);
    return hub;
  }

  say(at: number): void {
    const from = this.all[at % this.all.length];
    const said = from?.catchingUp.take();
    if (from === undefined || said === undefined) return;
    for (const { id } of this.all)
      if (id !== from.id) this.#unheard.push({ to: id, from: from.id, said });
  }

  /** Each hub hears each other one in order. */
  async hear(at: number): Promise<void> {
    const { id = "" } = this.all[at % this.all.length] ?? {};
    const index = this.#unheard.findIndex(({ to }) => to === id);
    const [heard] = index < 0 ? [] : this.#unheard.splice(index, 1);
    if (heard !== undefined && !this.#at(id).isGone)
      this.#at(id).catchingUp.hear(heard.said, 0, heard.from);
    await settled();
  }

  async hearAll(): Promise<void> {
    for (let round = 0; round < 4; round += 1)
      for (const [at] of this.all.entries()) {
        this.say(at);
        for (let left = this.#unheard.length; left > 0; left -= 1)
          for (const [to] of this.all.entries()) await this.hear(to);
      }
  }
}

test("where there is no other hub, nobody is waited for", async () => {
  const [only] = new Hubs(1).all;
  await only?.catchingUp.everywhere();
  expect(only?.catchingUp.take()).toBeUndefined();
});

test("whatever is said and heard when, all have read what was written before, and every wait ends", async () => {
  const step = fc.record({
    kind: fc.constantFrom("write" as const, "wait" as const, "say" as const, "hear" as const),
    at: fc.nat(2),
  });
  const property = fc.asyncProperty(
    fc.integer({ min: 2, max: 3 }),
    fc.array(step, { maxLength: 60 }),
    async (count, steps) => {
      const hubs = new Hubs(count);
      const waits: Promise<number>[] = [];
      for (const { kind, at } of steps) {
        if (kind === "write") hubs.written += 1;
        else if (kind === "say") hubs.say(at);
        else if (kind === "hear") await hubs.hear(at);
        else {
          const { written } = hubs;
          const asker = hubs.all[at % count];
          if (asker === undefined) continue;
          // It has stored what it waits for.
          asker.read = written;
          waits.push(
            asker.catchingUp
              .everywhere()
              .then(() => Math.min(...hubs.all.map(({ read }) => read)) - written),
          );
        }
      }
      await hubs.hearAll();
      for (const behind of await Promise.all(waits)) expect(behind).toBeGreaterThanOrEqual(0);
    },
  );
  await fc.assert(property, { numRuns: Number(process.env.HUB_PROPERTY_RUNS ?? 300) });
});

/** Whether a wait is over when all has happened that follows from what did. */
async function isOver(wait: Promise<void> | undefined): Promise<boolean> {
  let over = false;
  void wait?.then(() => {
    over = true;
  });
  await settled();
  return over;
}

test("a hub that cannot read what was written does not say that it has", async () => {
  const hubs = new Hubs(2);
  const [one, other] = hubs.all;
  if (one === undefined || other === undefined) throw new Error("there are two");
  other.hasStore = false;
  const wait = one.catchingUp.everywhere();
  await hubs.hearAll();
  expect(await isOver(wait)).toBe(false);
  other.hasStore = true;
  const again = one.catchingUp.everywhere();
  await hubs.hearAll();
  expect([await isOver(wait), await isOver(again)]).toEqual([true, true]);
});

test("a hub that leaves while it is waited for is waited for no more", async () => {
  const hubs = new Hubs(3);
  const [one, , last] = hubs.all;
  if (one === undefined || last === undefined) throw new Error("there are three");
  last.isGone = true;
  const wait = one.catchingUp.everywhere();
  await hubs.hearAll();
  expect(await isOver(wait)).toBe(false);
  hubs.present = hubs.present.filter((id) => id !== last.id);
  hubs.say(0);
  expect(await isOver(wait)).toBe(true);
});

test("a hub that does not answer is waited for once, and again when it has answered", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const hubs = new Hubs(2);
    const [one, other] = hubs.all;
    if (one === undefined || other === undefined) throw new Error("there are two");
    other.isGone = true;
    const first = one.catchingUp.everywhere();
    hubs.say(0);
    await hubs.hear(1);
    expect(await isOver(first)).toBe(false);
    vi.advanceTimersByTime(2_000);
    expect(await isOver(first)).toBe(true);
    expect(await isOver(one.catchingUp.everywhere())).toBe(true);
    other.isGone = false;
    await hubs.hearAll();
    const again = one.catchingUp.everywhere();
    expect(await isOver(again)).toBe(false);
    await hubs.hearAll();
    expect(await isOver(again)).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
