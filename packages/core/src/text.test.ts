import { describe, expect, test } from "vitest";
import { registrationSchema } from "./registration.js";
import { hasInvisible, invisibleInText, mixedScripts, skeleton } from "./text.js";

const hidden = {
  "zero-width space": "\u200B",
  "zero-width joiner": "\u200D",
  "word joiner": "\u2060",
  "byte order mark": "\uFEFF",
  "right-to-left override": "\u202E",
  "right-to-left isolate": "\u2067",
  "soft hyphen": "\u00AD",
  "Hangul filler": "\u3164",
  "variation selector": "\uFE01",
  "combining grapheme joiner": "\u034F",
  "tag letter": "\u{E0041}",
  "line separator": "\u2028",
  "lone surrogate": "\uD800",
  "private use": "\uE000",
  NUL: "\0",
  bell: "\u0007",
};

describe("what nobody sees", () => {
  test.each(Object.entries(hidden))("%s is found", (_, character) => {
    expect(hasInvisible(`Server${character}1`)).toBe(true);
    expect(invisibleInText(`Server${character}1`)).toMatch(/^U\+[0-9A-F]{4,6}$/);
  });

  test("emoji may join, colour and key what they are made of", () => {
    for (const text of ["👩🏽‍💻 tools", "❤️", "1️⃣ first", "🏳️‍🌈", "🇩🇪"])
      expect(hasInvisible(text)).toBe(false);
  });

  test("a joiner that joins no emoji is found", () => {
    expect(hasInvisible("a\u200Db")).toBe(true);
    expect(hasInvisible("a\uFE0Fb")).toBe(true);
    expect(hasInvisible("👩\u200D")).toBe(true);
  });

  test("tabs, line breaks and the emoji of next year are fine in descriptions only", () => {
    expect(invisibleInText("one\n\ttwo\r\n")).toBeUndefined();
    expect(hasInvisible("one\ntwo")).toBe(true);
    expect(invisibleInText("new: \u{1FADC}")).toBeUndefined();
  });
});

test("scripts that people cannot tell apart do not mix; those of one writing system do", () => {
  expect(mixedScripts("Pаypal")).toEqual(["Latin", "Cyrillic"]);
  expect(mixedScripts("Ρaypal")).toEqual(["Latin", "Greek"]);
  for (const text of [
    "MCP 天気サーバー",
    "MCP 날씨",
    "MCP 天氣 ㄅ",
    "Погода 1",
    "Καιρός",
    "Server 1 ✓",
  ])
    expect(mixedScripts(text)).toBeUndefined();
});

test("a skeleton is what a name looks like", () => {
  expect(skeleton("MCP Server 1")).toBe(skeleton("mcp-server l"));
  expect(skeleton("аррӏе")).toBe("apple");
  expect(skeleton("MCP Server 1")).not.toBe(skeleton("MCP Server 2"));
});

test("a skeleton in plain ASCII is that of the same text in other forms of its letters", () => {
  const wide = (text: string) =>
    text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
  const all = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 0x20 + index));
  for (const text of [all, "MCP Server 10", "|il1|", "a.b_c"])
    expect(skeleton(wide(text))).toBe(skeleton(text));
});

test("look-alike names are refused, or have the skeleton of what they look like", () => {
  const victim = "MCP Server 1";
  const lookAlikes = [
    "mcp server 1", // case
    "MCP  Server 1", // spaces
    "MCP\u00A0Server 1", // no-break space
    "ＭＣＰ　Ｓｅｒｖｅｒ　１", // full width
    "MCP-Server-1", // punctuation
    "MCP Server l", // letter for digit
    "MСP Server 1", // a Cyrillic letter
    "ΜCP Server 1", // a Greek letter
    "MCP Ser\u200Bver 1", // zero-width space
    "\u202EMCP Server 1", // right-to-left override
    "MCP Server\u2060 1", // word joiner
    "MCP Server 1\uFE0F\uFE0F", // variation selectors
    "MCP Sérver 1", // accent
    "𝖬𝖢𝖯 𝖲𝖾𝗋𝗏𝖾𝗋 𝟣", // mathematical letters
  ];
  expect(lookAlikes).toHaveLength(14);
  for (const name of lookAlikes) {
    const parsed = registrationSchema.safeParse({
      name,
      transport: "http",
      endpoint: "http://localhost:8002/mcp",
    });
    const looksTheSame = parsed.success && skeleton(parsed.data.name) === skeleton(victim);
    expect(parsed.success, name).toBe(looksTheSame);
  }
});
