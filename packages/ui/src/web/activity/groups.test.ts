import type { Event } from "@hub/api";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dayFrom, dayName, dayOf, dayText, linesOf } from "./groups.js";
import { meaningOfEvent } from "./meaning.js";
import { isSelected } from "./select.js";

const instance = {
  id: "i",
  endpoint: "http://127.0.0.1:1/mcp",
  transport: "streamable-http",
} as const;
const noon = new Date(2026, 10, 28, 12).getTime();

const about = (seq: number, serverId = "mail", hours = 0) => ({
  seq,
  serverId,
  name: serverId,
  at: new Date(noon - hours * 3_600_000).toISOString(),
});
const status = (seq: number, to: "up" | "unreachable", serverId = "mail", hours = 0): Event => ({
  kind: "status-changed",
  ...about(seq, serverId, hours),
  instance,
  from: to === "up" ? "unreachable" : "up",
  to,
  serverStatus: to,
  reason: "",
});

/** The numbers of each line; a day is its name. */
const shown = (events: readonly Event[]) =>
  linesOf(events).map((line) =>
    line.kind === "day" ? dayName(line.at, noon) : line.events.map(({ seq }) => seq),
  );

describe("the lines of the activity", () => {
  test("stand under their days", () => {
    const events = [status(4, "up"), status(3, "up", "crm", 20), status(2, "up", "crm", 70)];
    expect(shown(events)).toEqual(["Today", [4], "Yesterday", [3], "Wednesday 25 November", [2]]);
  });

  test("fold what is alike, and what takes turns, also between the events of another server", () => {
    const flapping = [9, 7, 6, 4, 3].map((seq, index) =>
      status(seq, index % 2 === 0 ? "unreachable" : "up"),
    );
    const others = [status(8, "up", "crm"), status(5, "up", "crm")];
    const events = [...flapping, ...others].sort((a, b) => b.seq - a.seq);
    expect(shown(events)).toEqual(["Today", [9, 7, 6, 4, 3], [8, 5]]);
  });

  test("leave what happened only once each as it was", () => {
    const events = [status(3, "unreachable"), status(2, "up"), status(1, "unreachable")];
    expect(shown(events)).toEqual(["Today", [3], [2], [1]]);
  });

  test("tell a removal once", () => {
    const left: Event = { kind: "deregistered", ...about(1), instance, reason: "removed" };
    const gone: Event = { kind: "forgotten", ...about(2), reason: "removed" };
    expect(shown([gone, left])).toEqual(["Today", [2, 1]]);
  });

  test("lose no event and keep the order of the newest of each", () => {
    const made = fc.array(
      fc.record({
        to: fc.constantFrom("up" as const, "unreachable" as const),
        server: fc.constantFrom("a", "b"),
        hours: fc.nat(60),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(made, (those) => {
        const sorted = [...those].sort((a, b) => a.hours - b.hours);
        const events = sorted.map(({ to, server, hours }, index) =>
          status(sorted.length - index, to, server, hours),
        );
        const groups = linesOf(events).flatMap((line) =>
          line.kind === "day" ? [] : [line.events],
        );
        expect(
          groups
            .flat()
            .map(({ seq }) => seq)
            .sort((a, b) => a - b),
        ).toEqual(events.map(({ seq }) => seq).reverse());
        const newest = groups.map(([first]) => first.seq);
        expect(newest).toEqual([...newest].sort((a, b) => b - a));
      }),
    );
  });

  test("a day in the URL is that day, and nothing else is one", () => {
    const day = dayOf(noon);
    expect(dayText(day)).toBe("2026-11-28");
    expect(dayFrom("2026-11-28")).toBe(day);
    for (const wrong of ["", "2026-13-01", "2026-02-30", "yesterday", "2026-1-1"])
      expect(dayFrom(wrong)).toBeUndefined();
  });
});

describe("what is selected", () => {
  const letIn: Event = {
    kind: "admitted",
    ...about(1),
    by: { kind: "token", id: "t1", name: "Ada" },
  };

  test("has every word, and is of that day, server and person", () => {
    expect(isSelected(letIn, { q: "ADA let mail" })).toBe(true);
    expect(isSelected(letIn, { q: "ada crm" })).toBe(false);
    expect(isSelected(letIn, { on: "2026-11-28", who: "t1" })).toBe(true);
    expect(isSelected(letIn, { on: "2026-11-27" })).toBe(false);
    expect(isSelected(letIn, { who: "Bob" })).toBe(false);
    expect(isSelected(status(1, "up"), { who: "Ada" })).toBe(false);
  });
});

describe("what an event means for callers", () => {
  test("says whether calls fail", () => {
    expect(meaningOfEvent(status(1, "unreachable"))?.level).toBe("breaks");
    const replica = { ...status(1, "unreachable"), serverStatus: "degraded" } as Event; // another member of its union
    expect(meaningOfEvent(replica)).toEqual({
      level: "fine",
      text: "Its other instances take its calls.",
    });
    expect(meaningOfEvent(status(1, "up"))?.text).toBe("Calls go through again.");
  });

  test("names what is gone from an offer, and says nothing of a first one", () => {
    const changed: Event = {
      kind: "capabilities-changed",
      ...about(1),
      instance,
      hash: "b",
      previousHash: "a",
      added: 1,
      removed: 1,
      changed: 0,
      items: [
        { change: "added", kind: "tools", key: "new" },
        { change: "removed", kind: "tools", key: "old" },
      ],
    };
    expect(meaningOfEvent(changed)?.text).toBe("Calls to old fail from now on.");
    const { previousHash: _, ...first } = changed;
    expect(meaningOfEvent(first)).toBeUndefined();
  });
});
