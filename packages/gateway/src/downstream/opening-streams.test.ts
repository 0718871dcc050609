import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { OpeningStreams } from "./opening-streams.js";

test("who waits for the streams of a session goes on when each is there, and waits for no other session", async () => {
  const opening = new OpeningStreams();
  const [first, second] = [opening.begin("one"), opening.begin("one")];
  let isOver = false;
  const over = opening.over("one")?.then(() => {
    isOver = true;
  });
  expect(over).toBeDefined();
  expect(opening.over("other")).toBeUndefined();
  first();
  // Once is enough, more do no harm.
  first();
  await nextTurn();
  expect(isOver).toBe(false);
  second();
  await over;
  expect(opening.over("one")).toBeUndefined();
});
