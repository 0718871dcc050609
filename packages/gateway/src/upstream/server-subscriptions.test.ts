import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ServerSubscriptions, type SubscriptionAnswer } from "./server-subscriptions.js";

const uris = Array.from({ length: 20 }, (_, one) => `test://${one}`);

/** A server that answers when a test lets it. */
function session() {
  const followed = new Set<string>();
  const told = new Set<string>();
  const asked: string[] = [];
  const underWay: {
    readonly uri: string;
    readonly answer: (answer: SubscriptionAnswer) => void;
  }[] = [];
  const subscriptions = new ServerSubscriptions({
    isFollowed: (uri) => followed.has(uri),
    ask(method, uri) {
      asked.push(`${method} ${uri}`);
      // Nothing is said twice, and of one resource one thing at a time.
      expect(told.has(uri)).toBe(method === "resources/unsubscribe");
      expect(underWay.some((one) => one.uri === uri)).toBe(false);
      if (method === "resources/subscribe") told.add(uri);
      else told.delete(uri);
      return new Promise((resolve) => underWay.push({ uri, answer: resolve }));
    },
  });
  const settled: Promise<void>[] = [];
  return {
    followed,
    told,
    asked,
    underWay,
    subscriptions,
    wish(uri: string, isFollowed: boolean) {
      if (isFollowed) followed.add(uri);
      else followed.delete(uri);
      const settling = subscriptions.settle(uri);
      settled.push(settling);
      return settling;
    },
    answerOne: async (answer: SubscriptionAnswer = "done") => {
      const one = underWay.shift();
      if (one !== undefined && answer === "refused") told.delete(one.uri);
      one?.answer(answer);
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    },
    all: () => Promise.all(settled),
  };
}

describe("what a server is told of followed resources", () => {
  test("ends as what is wished, a few at a time, whatever was wished in between", async () => {
    const step = fc.oneof(
      fc.record({ uri: fc.constantFrom(...uris), isFollowed: fc.boolean() }),
      fc.constant("answer" as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const one = session();
        for (const given of steps) {
          if (given === "answer") await one.answerOne();
          else void one.wish(given.uri, given.isFollowed);
          expect(one.underWay.length).toBeLessThanOrEqual(8);
        }
        while (one.underWay.length > 0) await one.answerOne();
        expect([...one.told].sort()).toEqual([...one.followed].sort());
        await one.all();
      }),
    );
  });

  test("is nothing of what nobody follows any more when its turn comes", async () => {
    const one = session();
    for (const uri of uris) void one.wish(uri, true);
    for (const uri of uris.slice(8)) await one.wish(uri, false);
    while (one.underWay.length > 0) await one.answerOne();
    expect(one.asked).toHaveLength(8);
  });

  test("is nothing more when the session is over, which nobody waits for", async () => {
    const one = session();
    for (const uri of uris) void one.wish(uri, true);
    one.subscriptions.end();
    while (one.underWay.length > 0) await one.answerOne();
    expect(one.asked).toHaveLength(8);
    await one.all();
  });

  test("is asked for again a few times where the server does not answer, behind all others, and by the next wish", async () => {
    const one = session();
    const [first = "", ...others] = uris;
    const settling = one.wish(first, true);
    for (const uri of others) void one.wish(uri, true);
    let isSettled = false;
    void settling.then(() => {
      isSettled = true;
    });
    one.told.delete(first);
    await one.answerOne("silent");
    expect(isSettled).toBe(false);
    for (const _ of others) await one.answerOne();
    const again = `resources/subscribe ${first}`;
    expect(one.asked.indexOf(again, 1)).toBe(uris.length);
    const asks = () => one.asked.filter((asked) => asked === again).length;
    for (let tries = 2; tries <= 3; tries += 1) {
      expect(asks()).toBe(tries);
      one.told.delete(first);
      await one.answerOne("silent");
    }
    await settling;
    expect(one.underWay).toEqual([]);
    expect(one.subscriptions.knows(first)).toBe(false);
    void one.wish(first, true);
    await one.answerOne();
    expect(asks()).toBe(4);
    expect(one.subscriptions.knows(first)).toBe(true);
  });

  test("is nothing that it refused, which is not asked for again before the next wish", async () => {
    const one = session();
    const [uri = ""] = uris;
    const settling = one.wish(uri, true);
    await one.answerOne("refused");
    await settling;
    expect(one.asked).toHaveLength(1);
    expect(one.subscriptions.knows(uri)).toBe(false);
    void one.wish(uri, true);
    await one.answerOne();
    expect(one.subscriptions.knows(uri)).toBe(true);
  });

  test("may be what it never said: when nobody follows it any more, the server hears that", async () => {
    const one = session();
    const [uri = ""] = uris;
    void one.wish(uri, true);
    void one.wish(uri, false);
    await one.answerOne("silent");
    await one.answerOne();
    expect(one.asked).toEqual([`resources/subscribe ${uri}`, `resources/unsubscribe ${uri}`]);
    await one.all();
  });
});
