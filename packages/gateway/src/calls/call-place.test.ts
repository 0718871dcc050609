import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Places } from "../upstream/places.js";
import { CallPlace } from "./call-place.js";

type Call = {
  readonly place: CallPlace;
  state: "waiting" | "running" | "over";
  open: number;
  /** It came back after its client had answered. */
  hasResumed: boolean;
};

const deed = fc.record({
  what: fc.constantFrom("enter", "enter", "ask", "answer", "answer twice", "again", "end"),
  which: fc.nat(),
});

function world(most: number, mostWaiting: number) {
  const places = new Places({ most, mostWaiting });
  const calls: Call[] = [];
  const order: Call[] = [];
  const began: Call[] = [];
  let pauses = 0;
  const timer = {
    pause: () => {
      pauses += 1;
    },
    resume: () => {
      pauses -= 1;
    },
  };
  const enter = () => {
    const call: Call = {
      place: new CallPlace(timer, "peer"),
      state: "waiting",
      open: 0,
      hasResumed: false,
    };
    const isTaken = call.place.enter(places, () => {
      call.state = "running";
      began.push(call);
    });
    if (!isTaken) call.state = "over";
    else order.push(call);
    calls.push(call);
    return isTaken;
  };
  const goOn = (call: Call) => {
    if (call.state === "running" && call.open > 0) {
      call.open -= 1;
      call.hasResumed ||= call.open === 0;
    }
    call.place.goOn();
  };
  const act = ({ what, which }: { readonly what: string; readonly which: number }) => {
    const call = calls[which % Math.max(1, calls.length)];
    if (what === "enter") enter();
    else if (call === undefined) return;
    else if (what === "ask") {
      if (call.state === "running") call.open += 1;
      call.place.waitForClient();
    } else if (what === "answer") goOn(call);
    else if (what === "answer twice") for (const _ of [1, 2]) goOn(call);
    else if (what === "again") {
      // Another round of a call that has its place.
      if (call.state === "running" && call.open === 0) call.place.enter(places, () => undefined);
    } else {
      call.state = "over";
      call.place.end();
    }
  };
  return { places, calls, order, began, act, enter, pausesOf: () => pauses };
}

describe("the places of an instance", () => {
  test("are as many as there are calls at work, and nobody waits while one is free", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.nat(4),
        fc.array(deed, { maxLength: 60 }),
        (most, mostWaiting, deeds) => {
          const { places, calls, act } = world(most, mostWaiting);
          for (const one of deeds) {
            act(one);
            const running = calls.filter(({ state }) => state === "running");
            const working = running.filter(({ open }) => open === 0);
            const waiting = calls.filter(({ state }) => state === "waiting");
            const resumed = working.filter(({ hasResumed }) => hasResumed);
            expect(places.taken).toBe(working.length);
            expect(places.taken).toBeLessThanOrEqual(most + resumed.length);
            expect(waiting.length).toBeLessThanOrEqual(mostWaiting);
            if (waiting.length > 0) expect(places.taken).toBeGreaterThanOrEqual(most);
          }
        },
      ),
    );
  });

  test("are given in the order of coming, and everybody who waits comes in when others leave", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const { places, calls, order, began, act } = world(2, 1_000);
        for (const one of deeds) act(one);
        for (const call of calls) {
          if (call.state !== "running") continue;
          act({ what: "end", which: calls.indexOf(call) });
        }
        // Those that come in now leave at once as well.
        for (let round = 0; round <= calls.length; round += 1)
          for (const call of calls)
            if (call.state === "running") act({ what: "end", which: calls.indexOf(call) });
        expect(calls.filter(({ state }) => state !== "over")).toEqual([]);
        expect(places.taken).toBe(0);
        expect(began).toEqual(order.filter((call) => began.includes(call)));
      }),
    );
  });

  test("are not kept by a call whose time is up the moment its client answers", () => {
    const places = new Places({ most: 1, mostWaiting: 1 });
    const place: CallPlace = new CallPlace(
      { pause: () => undefined, resume: () => place.end() },
      "peer",
    );
    place.enter(places, () => undefined);
    place.waitForClient();
    place.goOn();
    expect(places.taken).toBe(0);
    const ended: CallPlace = new CallPlace(undefined, "peer");
    ended.enter(places, () => ended.end());
    expect(places.taken).toBe(0);
  });

  test("stop no clock for a call that has not begun, and start it once for each answer", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const { calls, act, pausesOf } = world(2, 5);
        let ofEnded = 0;
        for (const one of deeds) {
          const call = calls[one.which % Math.max(1, calls.length)];
          const isEnding = one.what === "end" && call !== undefined && call.state === "running";
          if (isEnding) ofEnded += call.open;
          act(one);
          const open = calls
            .filter(({ state }) => state === "running")
            .reduce((sum, { open: count }) => sum + count, 0);
          expect(pausesOf()).toBe(open + ofEnded);
        }
      }),
    );
  });
});
