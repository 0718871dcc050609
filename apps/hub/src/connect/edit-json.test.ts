import fc from "fast-check";
import { applyEdits as applyPlain, parse } from "jsonc-parser";
import { describe, expect, test } from "vitest";
import { putPlaces, readPlace, removePlaces } from "./edit-text.js";
import type { Place } from "./entry.js";
import { commentsOf } from "./json-text.js";
import { EditRefused } from "./refusal.js";

const entry = {
  type: "http",
  url: "http://127.0.0.1:8001/mcp",
  headers: { Authorization: `Bearer \${T}` },
};
const place: Place = { kind: "member", path: ["mcpServers", "hub"], value: entry };

const put = (text: string) => putPlaces(text, "json", [place]);
const remove = (text: string) => removePlaces(text, "json", [place]);
const read = (text: string): unknown =>
  parse(text.replace(/^\ufeff/, ""), [], { allowTrailingComma: true });

/** What people write between values. */
const gap = fc.constantFrom(
  "",
  "",
  " ",
  "\n",
  "\n  ",
  "\n\t\t",
  "\n\n    ",
  " // a comment\n",
  '\n  // "hub": { "url": "old" },\n  ',
  " /* one */ ",
  "/* two\n  lines */",
  " //\n\t",
);
const key = fc.constantFrom(
  "a",
  "env",
  "url",
  "servers",
  "",
  " ",
  "ключ",
  'q"uote',
  "/*x*/",
  "// y",
);
const value = fc.constantFrom(
  "true",
  "null",
  "-1.5e3",
  "12345678901234567890",
  '""',
  '"// no comment"',
  '"/* none */ \\" \\\\"',
  "[]",
  "{}",
  "{ }",
  "[1, 2,]",
  '{"hub": {"url": "not ours"}, "b": [{}, {"c": null}]}',
  '{\n  "command": "npx", // runs it\n  "args": ["-y", "x"],\n}',
  "[ /* nothing */ ]",
  "{\n  // nothing\n}",
);

type Member = readonly [string, string, string, string, string];

const object = (members: readonly Member[], inner: string, hasComma: boolean) => {
  const texts = members.map(
    ([a, name, b, text, c]) => `${a}${JSON.stringify(name)}:${b}${text}${c}`,
  );
  return `{${texts.join(",")}${hasComma && texts.length > 0 ? "," : ""}${inner}}`;
};

const members = fc.uniqueArray(fc.tuple(gap, key, gap, value, gap), {
  maxLength: 4,
  selector: ([, name]) => name,
});

/** A whole file; `mcpServers` is there or not, and has some servers or none. */
const file = fc
  .record({
    root: members,
    servers: fc.option(fc.tuple(gap, gap, members, gap, fc.boolean(), gap), { nil: undefined }),
    at: fc.nat(4),
    inner: gap,
    hasComma: fc.boolean(),
    mark: fc.constantFrom("", "\ufeff"),
    before: gap,
    after: fc.constantFrom("", "\n", "\n\n", " // the end", "\n/* the end */\n"),
    lineEnd: fc.constantFrom("\n", "\r\n"),
  })
  .map(({ root, servers, at, inner, hasComma, mark, before, after, lineEnd }) => {
    const all: Member[] = [...root];
    if (servers !== undefined) {
      const [a, b, own, ownInner, ownComma, c] = servers;
      all.splice(at, 0, [a, "mcpServers", b, object(own, ownInner, ownComma), c]);
    }
    const text = `${mark}${before}${object(all, inner, hasComma)}${after}`;
    return { text: text.replaceAll("\n", lineEnd) };
  });

const serversOf = (text: string) => {
  const all = read(text) as Record<string, unknown> | undefined; // a root object, as the generator makes it
  return all?.mcpServers as Record<string, unknown> | undefined;
};

const withoutHub = (text: string) => {
  const { mcpServers, ...rest } = (read(text) ?? {}) as Record<string, unknown>;
  const { hub: _, ...others } = (mcpServers ?? {}) as Record<string, unknown>;
  return { rest, others };
};

const runs = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

describe("an entry in JSON with comments", () => {
  test("is there afterwards, with nothing else changed", () => {
    fc.assert(
      fc.property(file, ({ text }) => {
        const after = put(text);
        expect(readPlace(after, "json", place)).toEqual(entry);
        expect(withoutHub(after)).toEqual(withoutHub(text));
        expect(Object.keys(read(after) as object).slice(0, -1)).toEqual(
          Object.keys(read(text) as object).slice(0, Object.keys(read(after) as object).length - 1),
        );
        expect(commentsOf(after)).toEqual(commentsOf(text));
        expect(after.startsWith("\ufeff")).toBe(text.startsWith("\ufeff"));
        expect(put(after)).toBe(after);
      }),
      { numRuns: runs },
    );
  });

  test("only adds: what was there is there, in its order", () => {
    fc.assert(
      fc.property(file, ({ text }) => {
        const after = put(text);
        let from = 0;
        for (const character of text.replace(/\{\s*\}/g, "{}")) {
          if (/\s/.test(character)) continue;
          from = after.indexOf(character, from) + 1;
          expect(from).toBeGreaterThan(0);
        }
      }),
      { numRuns: Math.ceil(runs / 5) },
    );
  });

  test("leaves the same bytes when it is taken out again, where others are beside it", () => {
    fc.assert(
      fc.property(file, ({ text }) => {
        const servers = serversOf(text);
        fc.pre(servers !== undefined && Object.keys(servers).length > 0);
        expect(remove(put(text))).toBe(text);
      }),
      { numRuns: runs },
    );
  });

  test("leaves the same values and comments when it is taken out again, wherever it was", () => {
    fc.assert(
      fc.property(file, ({ text }) => {
        const back = remove(put(text));
        expect(withoutHub(back)).toEqual(withoutHub(text));
        expect(readPlace(back, "json", place)).toBeUndefined();
        expect(commentsOf(back)).toEqual(commentsOf(text));
        expect(remove(back)).toBe(back);
      }),
      { numRuns: Math.ceil(runs / 5) },
    );
  });

  test("is brought up to date in its place, and keeps what a person added", () => {
    const text = `{
  "mcpServers": {
    "hub": {
      // ours
      "url": "http://127.0.0.1:9/mcp", // the old one
      "disabled": true,
      "command": "npx"
    },
    "other": { "url": "http://127.0.0.1:1" } // theirs
  }
}
`;
    expect(put(text)).toBe(`{
  "mcpServers": {
    "hub": {
      // ours
      "url": "http://127.0.0.1:8001/mcp", // the old one
      "disabled": true,
      "type": "http",
      "headers": {
        "Authorization": "Bearer \${T}"
      }
    },
    "other": { "url": "http://127.0.0.1:1" } // theirs
  }
}
`);
  });

  test("keeps tabs, Windows line ends and a minified line", () => {
    expect(put('{\r\n\t"mcpServers": {\r\n\t\t"a": {}\r\n\t}\r\n}')).toBe(
      `{\r\n\t"mcpServers": {\r\n\t\t"a": {},\r\n\t\t"hub": {\r\n\t\t\t"type": "http",\r\n\t\t\t"url": "http://127.0.0.1:8001/mcp",\r\n\t\t\t"headers": {\r\n\t\t\t\t"Authorization": "Bearer \${T}"\r\n\t\t\t}\r\n\t\t}\r\n\t}\r\n}`,
    );
    expect(put('{"mcpServers":{"a":{}}}')).toBe(
      `{"mcpServers":{"a":{},"hub":{"type":"http","url":"http://127.0.0.1:8001/mcp","headers":{"Authorization":"Bearer \${T}"}}}}`,
    );
  });

  test.each([
    ["{", 1, 2],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3],
    ['{"a": }', 1, 7],
    ['{"a": "x\n}', 1, 7],
    ["[]", 1, 1],
    ['{"a": 1} x', 1, 10],
    ['{"mcpServers": 3}', 1, 16],
    ['{"mcpServers": {}, "mcpServers": {}}', 1, 20],
    ['{"mcpServers": {"hub": 1,\n "hub": 2}}', 2, 2],
  ])("%j is refused with line %i and column %i", (text, line, column) => {
    expect(() => put(text)).toThrow(EditRefused);
    try {
      put(text);
    } catch (error) {
      expect(error instanceof EditRefused && error.position).toEqual({ line, column });
    }
  });

  test("broken JSON is refused or read, and never changed for the worse", () => {
    fc.assert(
      fc.property(file, fc.nat(), fc.nat(4), ({ text }, at, cut) => {
        const start = text.length === 0 ? 0 : at % text.length;
        const broken = applyPlain(text, [
          { offset: start, length: Math.min(cut, text.length - start), content: "" },
        ]);
        try {
          const after = put(broken);
          expect(withoutHub(after)).toEqual(withoutHub(broken));
        } catch (error) {
          expect(error).toBeInstanceOf(EditRefused);
        }
      }),
      { numRuns: Math.ceil(runs / 5) },
    );
  });

  test("nesting without end is refused", () => {
    expect(() => put(`{"a": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`)).toThrow(EditRefused);
  });
});
