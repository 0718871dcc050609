import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "../src/web");
const styles = readFileSync(join(folder, "styles.css"), "utf8");

const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."))
  .map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));

/** The declarations of all blocks with a selector. */
function declared(selector: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of styles.split(`\n${selector} {`).slice(1))
    for (const [, name, value] of part
      .slice(0, part.indexOf("}"))
      .matchAll(/--([\w-]+): ([^;]+);/g))
      found.set(name ?? "", value ?? "");
  return found;
}

const light = declared(":root");
const dark = declared('[data-theme="dark"]');
/** The names of a kind of token, as classes end in them. */
const tokens = (kind: string) =>
  [...styles.matchAll(new RegExp(`--${kind}-([a-z][\\w-]*?): `, "g"))]
    .map(([, name]) => name ?? "")
    .filter((name) => !name.includes("--"));

/** What a WCAG contrast ratio is made of. */
function luminance(hex: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  const [red = 0, green = 0, blue = 0] = channels.map((one) =>
    one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (high + 0.05) / (low + 0.05);
}

describe.each([
  ["light", light],
  ["dark", new Map([...light, ...dark])],
])("the colours of the %s theme", (_, theme) => {
  const of = (name: string) => {
    const value = theme.get(name);
    if (value === undefined || !/^#[0-9a-f]{6}$/.test(value))
      throw new Error(`--${name} is ${value}, which is no colour with six digits.`);
    return value;
  };
  const roles = ["bad", "warn", "calm", "good", "accent"];
  const texts = [
    ...["canvas", "surface", "raised"].flatMap((ground) =>
      ["ink", "ink-soft", ...roles].map((text) => [text, ground] as const),
    ),
    ...roles.map((role) => [role, `${role}-soft`] as const),
    ...roles.map((role) => ["ink", `${role}-soft`] as const),
    ["on-dead", "dead"],
    ["on-bad", "bad-solid"],
    ["on-warn", "warn-solid"],
    ["on-accent", "accent-solid"],
    ["on-accent", "accent-strong"],
    ...Array.from({ length: 8 }, (_one, index) => ["on-tile", `tile-${index + 1}`] as const),
  ] as const;

  test.each(texts)("%s can be read on %s", (text, ground) => {
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(["canvas", "surface"])("what is no text is seen on %s", (ground) => {
    for (const shape of ["line-strong", "dead", "accent-solid"])
      expect([shape, contrast(of(shape), of(ground)) >= 3]).toEqual([shape, true]);
  });
});

test("both themes say each colour", () => {
  const shared = [...light.keys()].filter((name) => !/^(on-)?tile/.test(name));
  expect([...dark.keys()].sort()).toEqual(shared.sort());
});

describe("the page uses the tokens", () => {
  test("no colour stands outside of the themes", () => {
    const colour = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\(/gi;
    const isNumber = /^#\d{1,2}$/;
    for (const { file, text } of sources) {
      const found = (text.match(colour) ?? []).filter((one) => !isNumber.test(one));
      expect([file, found]).toEqual([file, []]);
    }
    const afterThemes = styles.slice(styles.indexOf("@theme"));
    expect(afterThemes.match(colour) ?? []).toEqual([]);
  });

  test("every size of type, corner and shadow, and every colour, is a token", () => {
    const colours = tokens("color");
    const known: Readonly<Record<string, readonly string[]>> = {
      text: [
        ...tokens("text"),
        ...colours,
        ...["left", "right", "center", "balance", "wrap", "nowrap", "ellipsis"],
      ],
      bg: colours,
      fill: [...colours, "none"],
      stroke: [...colours, "none"],
      rounded: [...tokens("radius"), "full", "none"],
      shadow: [...tokens("shadow"), "none"],
    };
    const side = /^(?:[trblxyse]|[tb][lr])-/;
    for (const { file, text } of sources) {
      const classes = text.matchAll(
        /(?<=["'`\s:])(text|bg|fill|stroke|rounded|shadow)-(\[[^\]]*\]|[a-z][\w-]*)(?=["'`\s/])/g,
      );
      const found = [...classes]
        .filter(([, kind = "", name = ""]) => !known[kind]?.includes(name.replace(side, "")))
        .map(([all]) => all);
      expect([file, found]).toEqual([file, []]);
    }
  });

  test("no class has a size of type, a line or a time of its own", () => {
    const own =
      /(?<=["'`\s:])(?:leading|tracking|font|duration|delay|p[xytrbl]?|m[xytrbl]?)-\[[^\]]*\]/g;
    for (const { file, text } of sources) expect([file, text.match(own) ?? []]).toEqual([file, []]);
  });
});
