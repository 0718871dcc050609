import type { HubPeers, OpeningStream, PeerRequest } from "@hub/core/hubs";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ExpectedStreams, sessionAtServer } from "./expected-streams.js";

const session = { serverId: "one", sessionId: "s1" };
const waitMs = 250;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Hubs of which each hears what the others say when the test lets it. */
function hubs(count: number, inOrder = (said: (() => void)[]) => said) {
  const unheard: (() => void)[] = [];
  let hasOthers = count > 1;
  const all: ExpectedStreams[] = [];
  for (let at = 0; at < count; at += 1) {
    const peers: HubPeers = {
      hubId: `hub-${at}`,
      stateKey: new Uint8Array(32),
      get hasOthers() {
        return hasOthers;
      },
      absence: () => undefined,
      ask: () => {
        throw new Error("Nobody is asked alone");
      },
      tellAll: (request: PeerRequest) =>
        new Promise((resolve) => {
          unheard.push(() => {
            // All that is said here is of this kind.
            for (const [to, other] of all.entries())
              if (to !== at) other.hear(request as OpeningStream);
            resolve("unwanted");
          });
        }),
    };
    all.push(new ExpectedStreams(peers, waitMs));
  }
  const hear = async () => {
    await vi.advanceTimersByTimeAsync(0);
    for (const one of inOrder(unheard.splice(0))) one();
    await vi.advanceTimersByTimeAsync(0);
  };
  const leave = () => {
    hasOthers = false;
  };
  return {
    all: all as unknown as readonly [ExpectedStreams, ExpectedStreams],
    hear,
    leave,
    unheard,
  };
}

/** Whether a hub would send on at once what it gets in the session. */
const isFree = (hub: ExpectedStreams) => hub.over(session) === undefined;

describe("what a session is sent at one hub while its stream is asked for at another", () => {
  test("waits for the stream, also when it comes first", async () => {
    const { all, hear } = hubs(2);
    const [first, second] = all;
    const beginning = first.begins(session);
    let isTold = false;
    void beginning?.told.then(() => {
      isTold = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(isTold).toBe(false);
    await hear();
    expect(isTold).toBe(true);
    // The server takes its time, as long as nobody waits for it in vain.
    await vi.advanceTimersByTimeAsync(1_000);
    beginning?.onAnswered();
    await hear();
    let isOver = false;
    void second.over(session)?.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(waitMs - 50);
    const onOver = first.ask(session);
    await hear();
    await vi.advanceTimersByTimeAsync(waitMs - 50);
    expect(isOver).toBe(false);
    onOver();
    onOver();
    await hear();
    expect(isOver).toBe(true);
    for (const hub of all) expect(isFree(hub)).toBe(true);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits no more for one that was there before the other hub heard that it is asked for", async () => {
    const { all, hear } = hubs(2, (said) => said.reverse());
    const [first, second] = all;
    first.ask(session)();
    expect(isFree(first)).toBe(true);
    await hear();
    await hear();
    expect(isFree(second)).toBe(true);
  });

  test("waits no more for one that is there, when all other hubs have gone meanwhile", async () => {
    const { all, hear, leave } = hubs(2);
    const [first] = all;
    const onOver = first.ask(session);
    await hear();
    leave();
    onOver();
    expect(isFree(first)).toBe(true);
  });

  test("waits no longer than a client takes that asks for none", async () => {
    const { all, hear } = hubs(2);
    const [first] = all;
    first.begins(session)?.onAnswered();
    await hear();
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    for (const hub of all) expect(isFree(hub)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    for (const hub of all) expect(isFree(hub)).toBe(true);
  });

  test("waits no longer than it may for a server that answers nothing, and for a hub that says no more", async () => {
    const { all, hear } = hubs(2);
    const [first, second] = all;
    first.begins(session);
    await hear();
    await vi.advanceTimersByTimeAsync(2_000);
    for (const hub of all) expect(isFree(hub)).toBe(true);
    first.ask(session);
    await hear();
    expect(isFree(second)).toBe(false);
    // What it says then is not heard.
    await vi.advanceTimersByTimeAsync(waitMs);
    for (const hub of all) expect(isFree(hub)).toBe(true);
  });

  test("does not wait for other sessions, or in one that nobody says anything of", async () => {
    const { all, hear } = hubs(2);
    const [first, second] = all;
    first.begins({ ...session, sessionId: "s2" });
    first.begins({ ...session, serverId: "two" });
    second.hear({ ...session, state: "answered" });
    second.hear({ ...session, state: "over" });
    await hear();
    for (const hub of all) expect(isFree(hub)).toBe(true);
  });
});

test("hubs that hear nothing are told of so many sessions at once, and of more when they have heard", async () => {
  const { all, hear, unheard } = hubs(2);
  const [first] = all;
  const ask = (name: string) => {
    for (let at = 0; at < 3_000; at += 1) first.ask({ ...session, sessionId: `${name}-${at}` })();
  };
  ask("invented");
  expect(unheard).toHaveLength(1_000);
  // Who begins a session then waits for no hub.
  await first.begins(session)?.told;
  await hear();
  ask("again");
  expect(unheard).toHaveLength(1_000);
});

test("what is told of a session is short, however long its id is, and not that of another", () => {
  const [one, other] = ["a", "b"].map((end) =>
    sessionAtServer("one", `${"x".repeat(8_000)}${end}`),
  );
  expect(one?.sessionId.length).toBeLessThan(100);
  expect(one).not.toEqual(other);
  expect(sessionAtServer("one", "s1")).toEqual(session);
});

test("where there is no other hub, nothing is expected before it is asked for", async () => {
  const [only] = hubs(1).all;
  expect(only.begins(session)).toBeUndefined();
  expect(isFree(only)).toBe(true);
  const onOver = only.ask(session);
  expect(isFree(only)).toBe(false);
  onOver();
  await vi.advanceTimersByTimeAsync(0);
  expect(isFree(only)).toBe(true);
});
