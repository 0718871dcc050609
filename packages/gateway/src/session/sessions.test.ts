import { setImmediate as nextTurn } from "node:timers/promises";
import { until } from "@hub/testing";
import { expect, test, vi } from "vitest";
import { hubOn, inBoth, newSession, shows, still, uri } from "../../test/support/several-hubs.js";
import { defaultLimits } from "../limits.js";
import { keyOfSession } from "./sealed-row.js";

test("what a hub read first of a session does not bring it back when another hub ended it meanwhile", async () => {
  const { rows, id, opened, one, other } = await inBoth();
  rows.isHolding = true;
  const first = other.sessions.look(id);
  await nextTurn();
  await one.sessions.end(opened);
  const second = other.sessions.look(id);
  await rows.release(Promise.all([first, second]));
  expect(other.sessions.knows(id)).toBe(false);
});

test("a look that is asked for while one is under way begins after it, once for all who ask", async () => {
  const { id, opened, other, revive } = await inBoth();
  const session = await revive();
  // A call in flight: the session stays what it is, and learns what others made of it.
  session?.calls.set(1, () => {});
  const first = other.sessions.look(id);
  await opened.follow(uri, still);
  await Promise.all([first, other.sessions.look(id), other.sessions.look(id)]);
  expect(other.joined).toEqual([[uri]]);
});

test("a session that ends while another hub's news of it are read is given nothing more", async () => {
  const { rows, id, opened, other, revive } = await inBoth();
  const session = await revive();
  session?.calls.set(1, () => {});
  await opened.follow(uri, still);
  rows.isHolding = true;
  const look = other.sessions.look(id);
  // It is found; what it is now is still to be read.
  await rows.releaseOne();
  await rows.isAsked();
  if (session !== undefined) void other.sessions.end(session);
  await rows.release(look);
  expect(other.joined).toEqual([]);
});

test("a session that another hub uses for the first time while this one reads it is opened all the same", async () => {
  const { id, opened, one, other } = await inBoth();
  await other.sessions.look(id);
  opened.use();
  await one.sessions.written();
  const session = await other.sessions.revive(id, "/mcp", shows, () => {});
  expect(session?.isUsed).toBe(true);
});

test("a request that looks at a session while another one opens it takes no place of its own", async () => {
  const { rows, id, other, revive } = await inBoth();
  rows.isHolding = true;
  const first = revive();
  await rows.releaseOne();
  // It is found, and about to be read: the younger request finds it first.
  await rows.isAsked();
  await rows.release(Promise.all([other.sessions.look(id), first]));
  rows.isHolding = false;
  expect(await first).toBeDefined();
  expect(await revive()).toBe(await first);
  expect(other.places()).toBe(1);
});

test("a session in which a call runs ends at once where another hub says that it ended", async () => {
  const { opened, one, other, revive } = await inBoth();
  const session = await revive();
  let isCancelled = false;
  session?.calls.set(1, () => {
    isCancelled = true;
  });
  await one.sessions.end(opened);
  other.sessions.hearNews(one.sessions.takeNews());
  await vi.waitUntil(() => isCancelled);
});

test("what a session follows and how much it hears, and the store could not take, is not lost to what another hub writes", async () => {
  const { rows, id, opened, one, other, revive } = await inBoth();
  const elsewhere = await revive();
  if (elsewhere === undefined) throw new Error("The other hub has it.");
  await opened.follow("file:///before", still);
  expect(opened.followed.isStored("file:///before")).toBe(true);
  await other.sessions.look(id);
  rows.isFull = true;
  await opened.follow(uri, still);
  await opened.follow("file:///before", undefined);
  await opened.setLogLevel("debug");
  const stored = () => [
    opened.followed.isStored(uri),
    opened.followed.isStored("file:///before"),
    opened.isLogLevelStored,
  ];
  expect(stored()).toEqual([false, false, false]);
  // The store works again, and the other hub is the first to write.
  rows.isFull = false;
  elsewhere.tasks.keep("task", "server");
  await elsewhere.changed();
  await one.sessions.look(id);
  expect([opened.followed.has(uri), opened.followed.has("file:///before")]).toEqual([true, false]);
  expect([opened.logLevel, opened.tasks.all]).toEqual(["debug", [["task", "server"]]]);
  // What waited is stored with the next write, and then the other hub has it.
  await one.sessions.close();
  expect(stored()).toEqual([true, true, true]);
  await other.sessions.look(id);
  expect(other.joined.at(-1)).toEqual([uri]);
  expect(elsewhere.logLevel).toBe("debug");
});

test("what a session follows and could not be followed when it came here is tried with each sweep until it is", async () => {
  const { opened, other, revive } = await inBoth();
  await opened.follow(uri, still);
  const session = await revive();
  for (const tries of [1, 2]) {
    other.sessions.sweep();
    expect(other.joined).toEqual(Array(tries).fill([uri]));
  }
  session?.followed.resume(uri, still);
  other.sessions.sweep();
  expect(other.joined).toHaveLength(2);
});

test("other hubs are told of a session that changed or is over, and of none that just began", async () => {
  const { id, opened, one } = await inBoth();
  expect(one.sessions.takeNews()).toEqual([]);
  await opened.follow(uri, still);
  expect(one.sessions.takeNews()).toEqual([keyOfSession(id)]);
  // While the store is away nobody takes them, and sessions come and go.
  const stopped = opened.follow(uri, undefined);
  await one.sessions.written();
  await one.sessions.end(opened);
  await stopped;
  expect(one.sessions.takeNews()).toEqual([keyOfSession(id)]);
  expect(one.sessions.takeNews()).toEqual([]);
});

test.each(["its client", "a sweep"])(
  "other hubs are told of a session that is over also when the store takes that later, since %s tried again",
  async (who) => {
    const { rows, id, opened, one, other, revive } = await inBoth();
    const listening = await revive();
    let isCancelled = false;
    listening?.calls.set(1, () => {
      isCancelled = true;
    });
    one.sessions.takeNews();
    rows.isFull = true;
    expect(await one.sessions.end(opened)).toBe(false);
    expect(one.sessions.takeNews()).toEqual([]);
    rows.isFull = false;
    await until("the store to be told", async () => {
      if (who === "a sweep") one.sessions.sweep();
      else await one.sessions.endAgain(id, newSession.peer);
      return !one.sessions.knows(id);
    });
    const news = one.sessions.takeNews();
    expect(news).toEqual([keyOfSession(id)]);
    other.sessions.hearNews(news);
    await until("it to be over at the other hub", () => isCancelled);
  },
);

test("a session that was looked for and not opened keeps no place for longer than an idle one", async () => {
  const { id, other } = await inBoth();
  await other.sessions.look(id);
  // It was opened at another endpoint.
  expect(await other.sessions.revive(id, "/toolsets/few/mcp", shows, () => {})).toBeUndefined();
  expect(other.sessions.size).toBe(1);
  other.catalogue.at = defaultLimits.sessionIdleMs;
  other.sessions.sweep();
  expect(other.sessions.size).toBe(0);
  // The store has it still.
  await other.sessions.look(id);
  expect(other.sessions.size).toBe(1);
});

test("a session that another hub has ended is not written anew, and ends here", async () => {
  const { id, opened, one, other, revive } = await inBoth();
  const session = await revive();
  await other.sessions.written();
  await one.sessions.end(opened);
  // Nobody asked here since, but something of it changes, such as a server that is gone.
  await session?.changed();
  expect(other.sessions.knows(id)).toBe(false);
  await one.sessions.look(id);
  expect(one.sessions.knows(id)).toBe(false);
});

test("what a hub stores late takes nothing back that another hub has stored meanwhile", async () => {
  const { rows, id, opened, one, revive } = await inBoth();
  const session = await revive();
  await session?.follow(uri, still);
  opened.use();
  await one.sessions.written();
  const third = hubOn(rows, "third");
  await third.sessions.look(id);
  let followed: readonly string[] = [];
  const last = await third.sessions.revive(id, "/mcp", shows, (_, uris) => {
    followed = uris;
  });
  expect([last?.isUsed, followed]).toEqual([true, [uri]]);
});
