import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import {
  hubOn,
  inBoth,
  newSession,
  OneStore,
  shows,
  still,
  uri,
} from "../../test/support/several-hubs.js";
import { defaultLimits } from "../limits.js";
import type { ClientSession } from "./client-session.js";
import { keyOfSession } from "./sealed-row.js";

const quarterMs = defaultLimits.sessionIdleMs / 4;

/** One session at two hubs that nobody used since it was opened, `count` quarters of the idle time ago. */
async function idleInBoth(count: number) {
  const both = await inBoth();
  const session = await both.revive();
  if (session === undefined) throw new Error("It was just opened.");
  await both.other.sessions.written();
  // Of what is opened again, the store is told.
  await nextTurn();
  const { rows, one, other } = both;
  const pass = (ms: number) => {
    rows.at += ms;
    for (const hub of [one, other]) hub.catalogue.at = rows.at;
  };
  for (let done = 1; done < count; done += 1) {
    pass(quarterMs);
    for (const { sessions } of [one, other]) sessions.sweep();
    await nextTurn();
  }
  pass(quarterMs);
  return { ...both, session, pass };
}

test("of an idle session, the hub ends what is at servers when no other hub used it either, and one hub alone", async () => {
  const { rows, id, opened, one, other, revive } = await inBoth();
  const session = await revive();
  await other.sessions.written();
  const { sessionIdleMs } = defaultLimits;
  const closed: string[] = [];
  for (const [hub, held] of [
    ["one", opened],
    ["other", session],
  ] as const)
    vi.spyOn(held as ClientSession, "close").mockImplementation((goesOn) => {
      closed.push(`${hub} ${goesOn ? "lets go" : "ends it"}`);
    });
  const pass = async (ms: number) => {
    rows.at += ms;
    for (const hub of [one, other]) {
      hub.catalogue.at = rows.at;
      hub.sessions.sweep();
      await nextTurn();
      await nextTurn();
    }
  };
  const quarters = async (count: number) => {
    for (let quarter = 0; quarter < count; quarter += 1) await pass(sessionIdleMs / 4);
  };
  await quarters(2);
  other.sessions.use(id, shows.principal);
  await quarters(4);
  expect(closed).toEqual(["one lets go"]);
  await quarters(2);
  expect(closed).toEqual(["one lets go", "other ends it"]);
  expect(await rows.of("one").find(keyOfSession(id))).toBeUndefined();
});

test("a session in which a call begins while the store is asked whether it is idle elsewhere goes on, and is stored again", async () => {
  const { rows, id, opened, session, one, other } = await idleInBoth(6);
  // What another hub wrote last is not lost.
  await session.follow(uri, still);
  rows.at += 2 * defaultLimits.sessionIdleMs;
  rows.isHolding = true;
  one.sessions.sweep();
  await rows.isAsked();
  const ended = vi.spyOn(opened, "close");
  one.sessions.use(id, shows.principal);
  opened.calls.set(1, () => {});
  const looking = one.sessions.look(id);
  rows.isHolding = false;
  await rows.release(looking);
  await nextTurn();
  await one.sessions.written();
  expect(ended).not.toHaveBeenCalled();
  expect(one.joined).toEqual([[uri]]);
  expect(await rows.of("one").find(keyOfSession(id))).toMatchObject({ isOwn: true });
  for (const { sessions } of [one, other]) {
    await sessions.look(id);
    expect(sessions.openOf(id, shows.principal.id)).toBeDefined();
  }
});

test("sweeps that overlap ask once for each idle session, end it at its servers, and leave no place taken", async () => {
  const { rows, opened, one, pass } = await idleInBoth(6);
  const closed: boolean[] = [];
  vi.spyOn(opened, "close").mockImplementation((goesOn) => void closed.push(goesOn));
  pass(quarterMs);
  const before = rows.removals;
  rows.isHolding = true;
  for (let sweep = 0; sweep < 3; sweep += 1) one.sessions.sweep();
  await rows.isAsked();
  rows.isHolding = false;
  for (let turn = 0; turn < 10; turn += 1) {
    await nextTurn();
    rows.releaseAll();
  }
  expect(rows.removals - before).toBe(1);
  expect(closed).toEqual([false]);
  expect([one.sessions.size, one.places()]).toEqual([0, 0]);
});

test("sweeps that overlap take no place for a session that goes on elsewhere", async () => {
  const { rows, id, one, other, pass } = await idleInBoth(6);
  other.sessions.use(id, shows.principal);
  pass(quarterMs);
  other.sessions.sweep();
  await nextTurn();
  rows.isHolding = true;
  one.sessions.sweep();
  one.sessions.sweep();
  for (let turn = 0; turn < 20; turn += 1) {
    await nextTurn();
    rows.releaseAll();
  }
  expect([one.sessions.size, one.places()]).toEqual([0, 0]);
});

test("the store is asked for many idle sessions at a time, and looked into for none of them", async () => {
  const rows = new OneStore();
  const one = hubOn(rows, "one");
  for (let count = 0; count < 250; count += 1)
    one.sessions.create({ ...newSession, peer: `10.0.0.${count}` });
  await one.sessions.written();
  for (const ms of [quarterMs, defaultLimits.sessionIdleMs + 1]) {
    rows.at += ms;
    one.catalogue.at = rows.at;
    one.sessions.sweep();
    await nextTurn();
  }
  await vi.waitFor(() => expect([one.sessions.size, one.places()]).toEqual([0, 0]));
  expect([rows.removals, rows.finds]).toEqual([3, 0]);
});

test("what the store could not be told of a session's use, it is told when it works again", async () => {
  const { rows, id, one, other, pass } = await idleInBoth(1);
  for (const { sessions } of [one, other]) sessions.sweep();
  await nextTurn();
  pass(quarterMs - 1);
  one.sessions.use(id, shows.principal);
  pass(1);
  rows.failsToKeep = true;
  one.sessions.sweep();
  await nextTurn();
  rows.failsToKeep = false;
  for (let quarter = 0; quarter < 4; quarter += 1) {
    pass(quarterMs - 1);
    for (const { sessions } of [one, other]) sessions.sweep();
    await nextTurn();
    await nextTurn();
  }
  // That was less than the time ago after which one is idle.
  expect(await rows.of("one").find(keyOfSession(id))).toBeDefined();
});

test("a session that is used after a long pause is not ended by a hub where it is idle still", async () => {
  const { rows, id, one, other, pass } = await idleInBoth(5);
  pass(-1);
  one.sessions.use(id, shows.principal);
  await nextTurn();
  pass(2);
  other.sessions.sweep();
  await nextTurn();
  await nextTurn();
  expect(await rows.of("one").find(keyOfSession(id))).toBeDefined();
});

test("a session that another hub opens after a long pause is not ended by the one where it is idle still", async () => {
  const { rows, id, one, other, revive } = await inBoth();
  for (const at of [quarterMs, 5 * quarterMs]) {
    rows.at = at;
    for (const hub of [one, other]) hub.catalogue.at = at;
    if (at > quarterMs) expect(await revive()).toBeDefined();
    else one.sessions.sweep();
    await nextTurn();
  }
  rows.at += 1;
  one.catalogue.at = rows.at;
  one.sessions.sweep();
  await nextTurn();
  expect(rows.removals).toBe(1);
  expect(await rows.of("one").find(keyOfSession(id))).toBeDefined();
});

test("a session that is used while the store removes it is written before the hub stops", async () => {
  const { rows, id, one } = await idleInBoth(6);
  rows.isHolding = true;
  one.sessions.sweep();
  await rows.isAsked();
  one.sessions.use(id, shows.principal);
  await nextTurn();
  const stopped = one.sessions.close();
  await nextTurn();
  rows.isHolding = false;
  await rows.releaseOne();
  await stopped;
  expect(await rows.of("one").find(keyOfSession(id))).toMatchObject({ isOwn: true });
});

test("a session that its client ends while the store removes it is ended once, and given nothing more", async () => {
  const { rows, opened, one, pass } = await idleInBoth(6);
  const closed = vi.spyOn(opened, "close");
  rows.isHolding = true;
  one.sessions.sweep();
  await rows.isAsked();
  const before = rows.removals;
  const ended = one.sessions.end(opened);
  rows.isHolding = false;
  await rows.releaseOne();
  expect(await ended).toBe(true);
  expect(closed.mock.calls).toEqual([[false]]);
  expect(one.joined).toEqual([]);
  expect([one.sessions.size, one.places()]).toEqual([0, 0]);
  pass(quarterMs);
  one.sessions.sweep();
  expect(rows.removals).toBe(before);
});

test("a hub that stops says which sessions were used", async () => {
  const { rows, id, one, other, pass } = await idleInBoth(1);
  for (const { sessions } of [one, other]) sessions.sweep();
  pass(quarterMs - 1);
  one.sessions.use(id, shows.principal);
  await nextTurn();
  await one.sessions.close();
  for (let quarter = 0; quarter < 4; quarter += 1) {
    pass(quarterMs);
    other.sessions.sweep();
    await nextTurn();
  }
  expect(await rows.of("other").find(keyOfSession(id))).toBeDefined();
});

test("after a time in which the store could be told nothing, no hub ends what another one uses", async () => {
  for (const quarters of [5, 20]) {
    const { rows, id, opened, one, other, pass } = await idleInBoth(1);
    const sweep = async (...hubs: (typeof one)[]) => {
      for (const { sessions } of hubs) sessions.sweep();
      for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    };
    await sweep(one, other);
    opened.calls.set(1, () => {});
    rows.failsToKeep = rows.isFull = true;
    for (let quarter = 0; quarter < quarters; quarter += 1) {
      pass(quarterMs);
      await sweep(one, other);
    }
    rows.failsToKeep = rows.isFull = false;
    await sweep(other);
    await sweep(one);
    expect([quarters, await rows.of("one").find(keyOfSession(id))]).toEqual([
      quarters,
      expect.objectContaining({ key: keyOfSession(id) }),
    ]);
    opened.calls.clear();
  }
});

test("sessions that are idle wait while the store cannot remove them", async () => {
  const { rows, id, opened, one, pass } = await idleInBoth(6);
  const closed = vi.spyOn(opened, "close");
  rows.isFull = true;
  one.sessions.sweep();
  await nextTurn();
  expect(one.sessions.knows(id)).toBe(true);
  pass(quarterMs);
  one.sessions.sweep();
  await nextTurn();
  expect(one.sessions.knows(id)).toBe(true);
  rows.isFull = false;
  one.sessions.sweep();
  await nextTurn();
  expect(one.sessions.knows(id)).toBe(false);
  expect(closed.mock.calls).toEqual([[false]]);
});

test.each([
  ["removed it ends at its servers", false],
  ["kept it, since another hub used it, goes on there", true],
])("a session of which the store does not say that it %s", async (_, isUsedElsewhere) => {
  const { rows, id, opened, one, other, pass } = await idleInBoth(6);
  const closed = vi.spyOn(opened, "close");
  if (isUsedElsewhere) other.sessions.use(id, shows.principal);
  await nextTurn();
  rows.losesAnswers = true;
  const sweep = async () => {
    one.sessions.sweep();
    for (let turn = 0; turn < 4; turn += 1) await nextTurn();
  };
  await sweep();
  expect((await rows.of("one").find(keyOfSession(id))) !== undefined).toBe(isUsedElsewhere);
  expect(closed).not.toHaveBeenCalled();
  rows.losesAnswers = false;
  pass(quarterMs);
  rows.isFull = true;
  await sweep();
  expect(closed).not.toHaveBeenCalled();
  rows.isFull = false;
  pass(quarterMs);
  await sweep();
  expect(closed.mock.calls).toEqual([[isUsedElsewhere]]);
  expect([one.sessions.size, one.places()]).toEqual([0, 0]);
});

test("a session that nobody used since the store could be told nothing ends at its servers, however late that is told", async () => {
  const { rows, id, opened, one, pass } = await idleInBoth(1);
  one.sessions.use(id, shows.principal);
  const closed = vi.spyOn(opened, "close");
  rows.failsToKeep = rows.isFull = true;
  const quarters = async (count: number) => {
    for (let quarter = 0; quarter < count; quarter += 1) {
      one.sessions.sweep();
      await nextTurn();
      await nextTurn();
      pass(quarterMs);
    }
  };
  await quarters(10);
  rows.failsToKeep = rows.isFull = false;
  await quarters(6);
  expect(closed.mock.calls).toEqual([[false]]);
});

test("a session in which a long call is over is not let go for another hub, which has none of it", async () => {
  const { opened, one, pass } = await idleInBoth(1);
  const closed = vi.spyOn(opened, "close");
  opened.calls.set(1, () => {});
  const quarters = async (count: number) => {
    for (let quarter = 0; quarter < count; quarter += 1) {
      one.sessions.sweep();
      await nextTurn();
      pass(quarterMs);
    }
  };
  await quarters(10);
  opened.calls.clear();
  await quarters(4);
  expect(closed).not.toHaveBeenCalled();
  await quarters(3);
  expect(closed.mock.calls).toEqual([[false]]);
});
