import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { putPlaces, readPlace, removePlaces } from "./edit-text.js";
import type { Place } from "./entry.js";
import { EditRefused } from "./refusal.js";
import { yamlComments } from "./yaml-edit.js";

const entry = {
  name: "hub",
  type: "streamable-http",
  url: "http://127.0.0.1:8001/mcp",
  requestOptions: { headers: { Authorization: `Bearer \${{ secrets.T }}` } },
};
const place: Place = { kind: "item", path: ["mcpServers"], by: "name", value: entry };
const put = (text: string) => putPlaces(text, "yaml", [place]);
const remove = (text: string) => removePlaces(text, "yaml", [place]);

const piece = fc.constantFrom(
  "# a comment",
  "",
  "key-#: plain # a comment",
  "long-#: |\n  mcpServers:\n    - name: hub\n\n  # no comment",
  "folded-#: >-\n  a\n  b",
  "list-#:\n- a # one\n- b: c\n  d: 'e'",
  'flow-#: {a: [1, 2], b: "#"}',
  "models-#:\n    - name: x\n      apiKey: secret\n\n",
);
const item = fc.constantFrom(
  "  - name: a\n    command: npx # runs it\n    args:\n      - -y",
  "  # before b\n  - name: b\n    url: http://b",
  "  -   name: c\n      text: |\n        many\n        lines",
  "  - { name: d, url: http://d }",
);

const file = fc
  .record({
    before: fc.array(piece, { maxLength: 3 }),
    servers: fc.option(fc.uniqueArray(item, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    after: fc.array(piece, { maxLength: 3 }),
    end: fc.constantFrom("", "\n"),
    mark: fc.constantFrom("", "\ufeff"),
    lineEnd: fc.constantFrom("\n", "\r\n"),
  })
  .map(({ before, servers, after, end, mark, lineEnd }) => {
    const list = servers === undefined ? [] : [["mcpServers:", ...servers].join("\n")];
    const texts = [...before, ...list, ...after].map((text, index) =>
      text.replace("-#", `-${index}`),
    );
    return mark + (texts.join("\n") + end).replaceAll("\n", lineEnd);
  });

const withoutHub = (text: string) => {
  const { mcpServers, ...rest } = (parse(text.replace(/^\ufeff/, "")) ?? {}) as Record<
    string,
    unknown
  >;
  const list = (mcpServers ?? []) as readonly { readonly name: string }[];
  return { rest, others: list.filter(({ name }) => name !== "hub") };
};

const runs = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

describe("an entry in YAML", () => {
  test("is there afterwards, nothing else has changed, and the same bytes are left beside others", () => {
    fc.assert(
      fc.property(file, (text) => {
        const before = withoutHub(text);
        const after = put(text);
        expect(readPlace(after, "yaml", place)).toEqual(entry);
        expect(withoutHub(after)).toEqual(before);
        expect(yamlComments(after)).toEqual(yamlComments(text));
        expect(put(after)).toBe(after);
        const back = remove(after);
        expect(withoutHub(back)).toEqual(before);
        if (before.others.length > 0) expect(back).toBe(text);
      }),
      { numRuns: runs },
    );
  });

  test("that is there is brought up to date where it stands, and what a person wrote to it stays", () => {
    const own = fc.constantFrom(
      "  - name: hub\n    url: http://old # mine\n    type: sse",
      "  - url: http://old\n    # the name\n    name: hub\n    timeout: 7 # seconds",
      "  - command: npx\n    args:\n      - -y\n    # before\n    name: hub\n    env: {A: b}\n    timeout: 7",
      "  - name: hub\n    requestOptions:\n      headers:\n        X: y\n    url: |\n      http://old\n    notes: >-\n      a\n      b",
      '  -   "name": "hub"\n      url:\n      type: streamable-http',
    );
    const others = fc.uniqueArray(item, { maxLength: 2 });
    const lineEnds = fc.constantFrom("\n", "\r\n");
    fc.assert(
      fc.property(others, own, others, piece, lineEnds, (above, hub, below, rest, lineEnd) => {
        const list = [...above, hub, ...below.filter((one) => !above.includes(one))];
        const whole = (items: readonly string[]) =>
          `${["# first", "mcpServers:", ...items, rest.replace("-#", "-0")].join("\n")}\n`.replaceAll(
            "\n",
            lineEnd,
          );
        const before = whole(list);
        const after = put(before);
        expect(readPlace(after, "yaml", place)).toMatchObject(entry);
        expect(withoutHub(after)).toEqual(withoutHub(before));
        const mark = "  - name: mark";
        const [start = "", end = ""] = whole(list.map((one) => (one === hub ? mark : one))).split(
          mark,
        );
        expect([after.startsWith(start), after.endsWith(end)]).toEqual([true, true]);
        if (hub.includes("timeout"))
          expect(readPlace(after, "yaml", place)).toMatchObject({ timeout: 7 });
        expect(put(after)).toBe(after);
      }),
      { numRuns: runs },
    );
    const after = put(
      "mcpServers:\n  - name: hub\n    url: http://old # mine\n    timeout: 7 # s\n",
    );
    expect(after).toContain('    url: "http://127.0.0.1:8001/mcp" # mine\n    timeout: 7 # s\n');
  });

  test.each(["mcpServers:\n", "mcpServers: []\n", "mcpServers: # none\nother: 1\n", "", "name: x"])(
    "%j gets its first entry",
    (text) => {
      const after = put(text);
      expect(readPlace(after, "yaml", place)).toEqual(entry);
      expect(yamlComments(after)).toEqual(yamlComments(text));
    },
  );

  test.each([
    ["mcpServers: [{name: a}]\n"],
    ["mcpServers: {a: b}\n"],
    ["- a\n"],
    ["a: b: c\n"],
    ["a: 1\n---\nb: 2\n"],
    ["a: 1\na: 2\n"],
  ])("%j is refused", (text) => {
    expect(() => put(text)).toThrow(EditRefused);
  });
});
