import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetBook } from "./budget-book.js";
import { harmlessLines } from "./harmless-lines.js";
import { mostLogLines, ServerLogs } from "./server-logs.js";

/** Any there is, half a surrogate pair too. The table of fast-check's own "binary" takes a second to make. */
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((one) => String.fromCodePoint(one));

const logsWith = (limits: { readonly logBytes?: number; readonly allLogBytes?: number } = {}) => {
  const budgets = new BudgetBook(limits);
  let now = 1_000;
  return { budgets, logs: new ServerLogs(budgets, () => now++) };
};

describe("what a program printed", () => {
  test("is shown without what steers a terminal or hides other text", () => {
    const printed = [
      "\u001B[31mred\u001B[0m \u001B]0;title\u0007text",
      "bell\u0007 back\bspace nul\0",
      "right\u202Eto left\u200B",
      "tab\tstays, ü and 天 too",
      "",
      "",
    ].join("\r\n");
    expect(harmlessLines(printed)).toEqual([
      "red text",
      "bell\uFFFD back\uFFFDspace nul\uFFFD",
      "right\uFFFDto left\uFFFD",
      "tab\tstays, ü and 天 too",
    ]);
  });

  test("whatever it is, no line holds a control character, and none is long", () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint, maxLength: 5_000 }), (printed) => {
        const lines = harmlessLines(printed);
        expect(lines.join("").replaceAll("\t", "")).not.toMatch(/\p{C}/u);
        expect(Math.max(0, ...lines.map(({ length }) => length))).toBeLessThan(2_010);
      }),
    );
  });
});

describe("the last lines of processes", () => {
  test("replace what the process sent before, and the newest process comes first", () => {
    const { logs } = logsWith();
    logs.put("a", "1", "old");
    logs.put("a", "2", "two");
    logs.put("a", "1", "new\nlines");
    logs.put("b", "1", "other");
    expect(logs.of("a").map(({ instanceId, lines }) => [instanceId, lines])).toEqual([
      ["1", ["new", "lines"]],
      ["2", ["two"]],
    ]);
  });

  test("are the end of what was sent, within lines and bytes", () => {
    const { logs, budgets } = logsWith({ logBytes: 20 });
    logs.put("a", "1", Array.from({ length: 600 }, (_, at) => `line ${at}`).join("\n"));
    expect(logs.of("a")[0]?.lines).toEqual(["line 598", "line 599"]);
    const wide = logsWith().logs;
    wide.put("a", "1", "x\n".repeat(2 * mostLogLines));
    expect(wide.of("a")[0]?.lines).toHaveLength(mostLogLines);
    expect(budgets.report().find(({ name }) => name === "logBytes")).toMatchObject({
      used: 18,
      by: "a",
      refused: 1,
    });
  });

  test("of all processes stay within their budget: what was sent longest ago goes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.string({ maxLength: 30 })), { maxLength: 60 }),
        (sent) => {
          const { logs, budgets } = logsWith({ allLogBytes: 60 });
          for (const [id, text] of sent) logs.put("a", String(id), text);
          const kept = logs.of("a");
          const bytes = kept.flatMap(({ lines }) =>
            lines.map((line) => Buffer.byteLength(line) + 1),
          );
          const used = bytes.reduce((sum, one) => sum + one, 0);
          expect(used).toBeLessThanOrEqual(60);
          expect(budgets.report().find(({ name }) => name === "allLogBytes")?.used).toBe(used);
          const ages = kept.map(({ at }) => at);
          expect(ages).toEqual(ages.toSorted((a, b) => b - a));
        },
      ),
    );
  });

  test("are asked for once, and forgotten with their process", () => {
    const { logs } = logsWith();
    logs.want("a", "1");
    expect([logs.takeWanted("a", "1"), logs.takeWanted("a", "1")]).toEqual([true, false]);
    logs.want("a", "1");
    logs.put("a", "1", "here they are");
    expect(logs.takeWanted("a", "1")).toBe(false);
    logs.put("a", "2", "stays");
    logs.want("a", "1");
    logs.retain("a", new Set(["2"]));
    expect(logs.of("a").map(({ instanceId }) => instanceId)).toEqual(["2"]);
    expect(logs.takeWanted("a", "1")).toBe(false);
  });
});
