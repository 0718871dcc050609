import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Output } from "../src/command-line/output.js";
import { safeJson, safeLine, safeText } from "../src/command-line/safe-text.js";
import { toned } from "../src/command-line/styled.js";
import { table } from "../src/command-line/table.js";
import { cutToWidth, textWidth } from "../src/command-line/text-width.js";
import { KeptStream } from "./support/in-process.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

/** What a terminal may obey, but for line breaks and what our own colours are made of. */
const orders = /[\p{Cc}\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]/u;
const colour = new RegExp(`${"\u001b"}\\[\\d+m`, "g");
const withoutColours = (text: string) => text.replace(colour, "");
const nasty = fc.oneof(
  fc.string({ unit: codePoint }),
  fc.constantFrom("\u001b]0;title\u0007", "\u001b[2J", "a\rb", "\u009b31m", "\u202egnp.exe", "\0"),
);

function outputOn(columns: number | undefined, isJson = false) {
  const stdout = new KeptStream(columns);
  const stderr = new KeptStream(columns);
  const output = new Output({ stdout, stderr, isJson, environment: { TERM: "xterm" } });
  return { output, stdout, stderr };
}

describe("text of others", () => {
  test("gives a terminal no orders, in tables, notes, errors and whole texts", () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1 }), (texts) => {
        const { output, stdout, stderr } = outputOn(80);
        const rows = texts.map((text) => [toned(text, "bad"), text]);
        output.lines(table([{ title: "A" }, { title: "B" }], rows, 80));
        for (const text of texts) {
          output.note(text);
          output.text(text);
          output.complain([text]);
        }
        for (const line of `${stdout.text}\n${stderr.text}`.split("\n"))
          expect(withoutColours(line).replaceAll("\t", "")).not.toMatch(orders);
      }),
    );
  });

  test("is the same value as JSON, and gives no orders there either", () => {
    fc.assert(
      fc.property(fc.dictionary(nasty, nasty), (value) => {
        for (const indent of [undefined, 2]) {
          const text = safeJson(value, indent);
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
          expect(text.replaceAll("\n", "")).not.toMatch(orders);
        }
      }),
    );
  });

  test("keeps what belongs to letters and emoji", () => {
    const text = "Zoë 日本語 👩‍👩‍👧 क्ष می‌خواهم";
    expect([safeLine(text), safeText(text)]).toEqual([text, text]);
  });

  test("is exactly itself where stdout is no terminal", () => {
    const { output, stdout } = outputOn(undefined);
    output.text("a\r\nb\u001b[1m\n");
    expect(stdout.text).toBe("a\r\nb\u001b[1m\n");
  });
});

describe("a table", () => {
  const cell = fc.oneof(
    nasty,
    fc.constantFrom("日本語のサーバー", "👩‍👩‍👧 family", "e\u0301", "plain"),
  );

  test("fits the terminal, and its columns stand under each other", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 30, max: 90 }),
        (rows, width) => {
          const columns = [
            { title: "ONE" },
            { title: "TWO", mayGo: true as const },
            { title: "3" },
          ];
          const { output, stdout } = outputOn(width);
          output.lines(table(columns, rows, width));
          for (const line of stdout.text.trimEnd().split("\n"))
            expect(textWidth(withoutColours(line))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test("aligns wide characters by the columns that they fill", () => {
    const { output, stdout } = outputOn(undefined);
    const rows = [
      ["日本", "x"],
      ["abcd", "y"],
      ["👍", "z"],
    ];
    output.lines(table([{ title: "NAME" }, { title: "K" }], rows, undefined));
    expect(stdout.text).toBe("NAME  K\n日本  x\nabcd  y\n👍    z\n");
  });

  test("leaves out what is empty, and first what may go", () => {
    const columns = [{ title: "A" }, { title: "B", mayGo: true as const }, { title: "C" }];
    const text = (lines: ReturnType<typeof table>) => {
      const { output, stdout } = outputOn(undefined);
      output.lines(lines);
      return stdout.text;
    };
    expect(text(table(columns, [["a", "", "c"]], undefined))).toBe("A  C\na  c\n");
    expect(text(table(columns, [["aaaa", "bbbb", "cccc"]], 11))).toBe("A     C\naaaa  cccc\n");
  });

  test("cuts no character in two", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.integer({ min: 1, max: 20 }),
        (text, width) => {
          const cut = cutToWidth(text, width);
          expect(textWidth(cut)).toBeLessThanOrEqual(width);
          expect(text.startsWith(cut.replace(/…$/, "").trimEnd())).toBe(true);
        },
      ),
    );
  });
});

describe("colour", () => {
  const coloured = (environment: Record<string, string>, columns?: number) => {
    const stdout = new KeptStream(columns);
    const output = new Output({ stdout, stderr: stdout, isJson: false, environment });
    output.lines([toned("x", "good")]);
    return stdout.text.includes("\u001b");
  };

  test.each([
    [{}, 80, true],
    [{}, undefined, false],
    [{ NO_COLOR: "1" }, 80, false],
    [{ NO_COLOR: "" }, 80, true],
    [{ FORCE_COLOR: "1" }, undefined, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, undefined, true],
    [{ FORCE_COLOR: "0" }, 80, false],
    [{ TERM: "dumb" }, 80, false],
  ])("%j on a terminal of %s columns: %s", (environment, columns, is) => {
    expect(coloured(environment as Record<string, string>, columns)).toBe(is);
  });
});
