import type { UpstreamDialer, UpstreamReceiver } from "@hub/core/upstream";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pace } from "./pace.js";
import { pacedDialer } from "./paced-dialer.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

const now = () => performance.now();
/** A unit for each 100 bytes: 1,000 bytes at once, and 10,000 in a second. */
const pace = { burst: 10, perSecond: 100, now };

/** A server that sends chunks as long as it is read. `costOfPiece` is what hearing a piece costs beside its bytes. */
function answer(chunks: readonly Buffer[], costOfPiece = 0) {
  const left = [...chunks];
  const heard: Buffer[] = [];
  let ends = 0;
  let isPaused = false;
  let receiver: UpstreamReceiver | undefined;
  const send = () => {
    while (!isPaused) {
      const chunk = left.shift();
      if (chunk === undefined) {
        receiver?.onEnd();
        receiver = undefined;
        return;
      }
      receiver?.onData(chunk);
    }
  };
  const dialer: UpstreamDialer = {
    send(_url, _request, given) {
      receiver = given;
      return {
        abort() {
          receiver = undefined;
        },
        pause() {
          isPaused = true;
        },
        resume() {
          if (!isPaused) return;
          isPaused = false;
          send();
        },
      };
    },
  };
  const reading = new Pace(pace);
  const handle = pacedDialer(dialer, reading).send(
    "http://127.0.0.1/mcp",
    { method: "GET", headers: {} },
    {
      onHead: () => undefined,
      onData(piece) {
        heard.push(piece);
        reading.spend(costOfPiece);
      },
      onEnd: () => {
        ends += 1;
      },
      onFailure: () => undefined,
    },
  );
  send();
  return {
    handle,
    get heard() {
      return Buffer.concat(heard);
    },
    get pieces() {
      return heard.length;
    },
    get ends() {
      return ends;
    },
  };
}

describe("answers read at a pace", () => {
  test("come whole, in order and with their ends, however they are cut", () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(chunks, fc.array(fc.boolean(), { maxLength: 20 }), (given, pauses) => {
        const sent = given.map((chunk) => Buffer.from(chunk));
        const all = Buffer.concat(sent);
        const begun = now();
        const one = answer(sent);
        for (const isPause of pauses) {
          if (isPause) one.handle.pause();
          else one.handle.resume();
          vi.advanceTimersByTime(40);
          // What may be spent at once, what came back since, and one piece that spends more than is left.
          const most = 1_000 + ((now() - begun) * 10_000) / 1_000 + 1_024;
          expect(one.heard.length).toBeLessThanOrEqual(most);
        }
        one.handle.resume();
        vi.advanceTimersByTime(60_000);
        expect(one.heard.equals(all)).toBe(true);
        expect(one.ends).toBe(1);
      }),
    );
  });

  test("come no faster than who hears them may spend, also in the middle of a chunk", () => {
    const one = answer([Buffer.alloc(100_000)], 50);
    expect(one.pieces).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(one.pieces).toBeLessThanOrEqual(1 + 1_000 / 60);
    expect(one.pieces).toBeGreaterThan(10);
  });

  test("are not heard any more once they are given up", () => {
    const one = answer([Buffer.alloc(100_000)]);
    const before = one.pieces;
    one.handle.abort();
    vi.advanceTimersByTime(60_000);
    expect(one.pieces).toBe(before);
    expect(one.ends).toBe(0);
  });

  test("wake nobody while they rest, and then not for each unit", () => {
    const one = answer([Buffer.alloc(2_000)]);
    vi.advanceTimersByTime(49);
    expect(one.pieces).toBe(1);
    vi.advanceTimersByTime(200);
    expect(one.heard).toHaveLength(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
