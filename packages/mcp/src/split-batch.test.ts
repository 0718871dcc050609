import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isBatch, membersOf } from "./split-batch.js";

const gap = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const written = fc.json();

describe("the members of a batch", () => {
  test("are the texts that were written, however they are nested and spaced", () => {
    fc.assert(
      fc.property(fc.array(written), gap, (texts, space) => {
        const text = `${space}[${texts.map((one) => `${space}${one}${space}`).join(",")}]${space}`;
        expect(isBatch(text)).toBe(true);
        expect(membersOf(text)).toEqual(texts.map((one) => one.trim()));
      }),
    );
  });

  test("keep numbers as they are, and quotes, brackets and backslashes in texts", () => {
    const texts = ['{"id":12345678901234567890}', '{"a":"]},[{\\"\\\\"}', "1.0"];
    expect(membersOf(`[${texts.join(" , ")}]`)).toEqual(texts);
  });

  test("are not looked for beyond the most that may be, however many there are", () => {
    const many = `[${",".repeat(1_000_000)}]`;
    expect(membersOf(many, 3)).toHaveLength(4);
    expect(membersOf("[1,2,3]", 3)).toEqual(["1", "2", "3"]);
  });

  test("are none of what is no array, or more than one", () => {
    for (const text of ["", "{}", '"["', "[", "[1", "[1]]", "[1] 2", '["a]', "[1][2]"])
      expect(membersOf(text)).toBeUndefined();
    expect(membersOf("[ ]")).toEqual([]);
  });
});
