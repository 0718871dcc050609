import fc from "fast-check";
import { expect, test } from "vitest";
import { FollowedResources } from "./followed-resources.js";

const uri = "file:///notes";
const still = () => ({ stop() {} });

/** Resources that a session follows, one of which the store has. */
function following() {
  const followed = new FollowedResources();
  let stopped = 0;
  followed.set(uri, {
    stop() {
      stopped += 1;
    },
  });
  followed.whenStored()();
  return { followed, stopped: () => stopped };
}

test("what another hub follows is to be followed here, once", () => {
  const { followed } = following();
  expect(followed.join([uri, "file:///other"])).toEqual(["file:///other"]);
  followed.resume("file:///other", still());
  expect(followed.join([uri, "file:///other"])).toEqual([]);
});

test("what another hub stopped to follow ends here", () => {
  const { followed, stopped } = following();
  expect(followed.join([])).toEqual([]);
  expect([stopped(), followed.has(uri)]).toEqual([1, false]);
});

test("what begins here stays, though the store does not have it yet", () => {
  const { followed, stopped } = following();
  followed.set("file:///new", still());
  followed.join([uri]);
  expect([stopped(), followed.uris]).toEqual([0, [uri, "file:///new"]]);
});

test("what was stopped and begun again here stays until the store has that it began again", () => {
  const followed = new FollowedResources();
  followed.set(uri, still());
  const first = followed.whenStored();
  followed.set(uri, undefined);
  followed.set(uri, still());
  const second = followed.whenStored();
  first();
  followed.join([]);
  expect([followed.has(uri), followed.isStored(uri)]).toEqual([true, false]);
  second();
  expect(followed.isStored(uri)).toBe(true);
  followed.join([]);
  expect(followed.has(uri)).toBe(false);
});

test("what was stopped here is not followed again because the store still has it", () => {
  const { followed, stopped } = following();
  followed.set(uri, undefined);
  const wasStored = followed.whenStored();
  expect([stopped(), followed.join([uri]), followed.isStored(uri)]).toEqual([1, [], false]);
  wasStored();
  expect(followed.isStored(uri)).toBe(true);
  // From now on it is another hub that follows it.
  expect(followed.join([uri])).toEqual([uri]);
});

test("what was stopped here twice is left alone until the last of it is stored", () => {
  const { followed } = following();
  followed.set(uri, undefined);
  const first = followed.whenStored();
  followed.set(uri, still());
  followed.set(uri, undefined);
  const last = followed.whenStored();
  first();
  expect(followed.join([uri])).toEqual([]);
  last();
  expect(followed.join([uri])).toEqual([uri]);
});

test("while nothing can be stored, what was stopped takes no room without end, and the latest of it stays stopped", () => {
  const { followed } = following();
  const uris = Array.from({ length: 1_000 }, (_, at) => `file:///${at}`);
  for (const one of uris) followed.set(one, undefined);
  expect(followed.join(uris).length).toBeGreaterThan(800);
  expect(followed.isStored("file:///999")).toBe(false);
});

test("what a hub follows since another one does is no wish of its client's: it ends with the other's", () => {
  const followed = new FollowedResources();
  let stopped = 0;
  const stop = () => {
    stopped += 1;
  };
  for (const one of followed.join([uri])) followed.resume(one, { stop });
  expect([followed.missing, followed.has(uri), followed.isStored(uri)]).toEqual([[], true, true]);
  followed.join([]);
  expect([stopped, followed.uris]).toEqual([1, []]);
});

test("what could not be followed yet is missing until it is, and counts among what is followed", () => {
  const followed = new FollowedResources();
  followed.takeOver([uri, "file:///other"]);
  expect([followed.missing, followed.size]).toEqual([[uri, "file:///other"], 2]);
  followed.resume(uri, still());
  expect([followed.missing, followed.size]).toEqual([["file:///other"], 2]);
  followed.set("file:///other", undefined);
  expect([followed.missing, followed.size]).toEqual([[], 1]);
});

/** `mark`: which of all writes this was. */
type Written = { readonly mark: number; readonly uris: readonly string[] };

/** A hub with the session, as it writes and reads a store that others write, too. */
class Hub {
  readonly followed = new FollowedResources();
  #mark = 0;
  #begun: (Written & { readonly onStored: () => void }) | undefined;

  constructor(private readonly store: { row: Written }) {}

  begin(): void {
    const { uris } = this.followed;
    this.#begun ??= { mark: this.#mark, uris, onStored: this.followed.whenStored() };
  }

  /** What was begun is written, unless somebody else wrote meanwhile. */
  commit(): void {
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun === undefined) return;
    const { row } = this.store;
    if (row.mark !== begun.mark) {
      this.look();
      this.begin();
      this.commit();
      return;
    }
    this.#mark = row.mark + 1;
    this.store.row = { mark: this.#mark, uris: begun.uris };
    begun.onStored();
  }

  look(): void {
    const { mark, uris } = this.store.row;
    if (mark === this.#mark) return;
    for (const one of this.followed.join(uris)) this.followed.resume(one, still());
    this.#mark = mark;
  }
}

test("whatever hubs read and write in between, all follow what the client asked for last", () => {
  const step = fc.record({
    hub: fc.nat(1),
    does: fc.constantFrom("follow", "leave", "begin", "commit", "look"),
    uri: fc.constantFrom("a:1", "a:2"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const store = { row: { mark: 0, uris: [] } };
      const hubs = [new Hub(store), new Hub(store)] as const;
      const wanted = new Set<string>();
      for (const { hub, does, uri: about } of steps) {
        const at = hubs[hub as 0 | 1];
        if (does === "follow" || does === "leave") {
          const isFollowing = does === "follow";
          at.followed.set(about, isFollowing ? still() : undefined);
          if (isFollowing) wanted.add(about);
          else wanted.delete(about);
          // What was begun before is written first; then the client has its answer.
          at.commit();
          at.begin();
          at.commit();
        } else at[does]();
      }
      for (const at of hubs) at.commit();
      for (const at of hubs) at.look();
      for (const { followed } of hubs)
        expect([[...followed.uris].sort(), followed.missing]).toEqual([[...wanted].sort(), []]);
    }),
  );
});
