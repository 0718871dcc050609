import fc from "fast-check";
import { expect, test } from "vitest";
import { inLines, type MessageLog, noMessages, withMessage } from "./message-log.js";

const logOf = (texts: readonly string[]) =>
  texts.reduce<MessageLog>((log, text) => withMessage(log, { is: "received", text }), noMessages);

test("however many and long they are, what is kept is bounded, and is the last of them in order", () => {
  const lengths = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 150 });
  fc.assert(
    fc.property(lengths, (all) => {
      const { messages, count } = logOf(all.map((length) => "x".repeat(length)));
      expect(count).toBe(all.length);
      expect(messages.length).toBeLessThanOrEqual(100);
      const kept = messages.reduce((sum, { text }) => sum + text.length, 0);
      expect(kept).toBeLessThanOrEqual(1024 * 1024);
      expect(messages.map(({ number }) => number)).toEqual(
        messages.map((_, index) => all.length - messages.length + index + 1),
      );
      // The last one, which is the answer, is there.
      if (all.length > 0) expect(messages.at(-1)?.length).toBe(all.at(-1));
    }),
    { numRuns: 30 },
  );
});

test("a message is shown in lines where that changes nothing of it", () => {
  const shown = (text: string) => logOf([text]).messages.map(inLines);
  expect(shown('{"a":[1]}')).toEqual(['{\n  "a": [\n    1\n  ]\n}']);
  expect(shown('{"a":12345678901234567890}')).toEqual(['{"a":12345678901234567890}']);
  expect(shown("<html>")).toEqual(["<html>"]);
  // 100 KB, which would be 100 MB in lines.
  const nested = `[${Array(50)
    .fill("[".repeat(1_000) + "]".repeat(1_000))
    .join(",")}]`;
  expect(shown(nested)).toEqual([nested]);
  expect(shown(`"${"x".repeat(200_000)}"`)[0]?.length).toBe(128 * 1024);
});
