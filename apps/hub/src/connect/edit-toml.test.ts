import fc from "fast-check";
import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { putPlaces, readPlace, removePlaces } from "./edit-text.js";
import type { Place } from "./entry.js";
import { EditRefused } from "./refusal.js";
import { tomlComments } from "./toml-scan.js";

const entry = { url: "http://127.0.0.1:8001/mcp", bearer_token_env_var: "MCP_HUB_TOKEN" };
const place: Place = { kind: "member", path: ["mcp_servers", "hub"], value: entry };
const put = (text: string) => putPlaces(text, "toml", [place]);
const remove = (text: string) => removePlaces(text, "toml", [place]);

const piece = fc.constantFrom(
  "",
  "# a comment",
  'key-# = "a # no comment" # a comment',
  "[table-#]",
  '[table-#."mcp_servers.hub"]\nx = 1',
  "[[list-#]]\nx = 1\n  [list-#.y]",
  'long-# = """\n[mcp_servers.hub]\nurl = "no" \\""" ""\\"\n"""',
  "raw-# = '''\n[mcp_servers.hub]\n'' # no comment\n'''",
  'many-# = [\n  ["[mcp_servers.hub]"], # one\n  [],\n]',
  "inline-# = { a = { b = [1, 2] }, 'c d' = 1e3 }",
  "dotted-#.a.'b.c' = 1979-05-27T07:32:00Z",
  "big-# = 9223372036854775807",
  '[mcp_servers.other-#]\ncommand = "npx" # runs it\nargs = [\n  "-y",\n]\n\n[mcp_servers.other-#.env]\nTOKEN = "abc"',
  "\t",
);

const file = fc
  .record({
    pieces: fc.array(piece, { maxLength: 6 }),
    mark: fc.constantFrom("", "\ufeff"),
    end: fc.constantFrom("", "\n", "\n\n"),
    lineEnd: fc.constantFrom("\n", "\r\n"),
  })
  .map(({ pieces, mark, end, lineEnd }) => {
    const texts = pieces.map((text, index) =>
      text.replaceAll("#", (_, at: number) => (text[at - 1] === "-" ? `${index}` : "#")),
    );
    return mark + (texts.join("\n") + end).replaceAll("\n", lineEnd);
  });

const read = (text: string) => parse(text.replace(/^\ufeff/, ""), { integersAsBigInt: "asNeeded" });
const withoutHub = (text: string) => {
  const { mcp_servers, ...rest } = read(text);
  const { hub: _, ...others } = (mcp_servers ?? {}) as Record<string, unknown>;
  return { rest, others };
};

const runs = Number(process.env.HUB_PROPERTY_RUNS ?? 300);

describe("an entry in TOML", () => {
  test("is there afterwards, nothing else has changed, and the same bytes are left without it", () => {
    fc.assert(
      fc.property(file, (text) => {
        const after = put(text);
        expect(readPlace(after, "toml", place)).toEqual(entry);
        expect(withoutHub(after)).toEqual(withoutHub(text));
        expect(tomlComments(after)).toEqual(tomlComments(text));
        expect(after.startsWith(text.replace(/[\r\n]*$/, ""))).toBe(true);
        expect(put(after)).toBe(after);
        expect(remove(after)).toBe(text);
      }),
      { numRuns: runs },
    );
  });

  test("in the middle of a file is brought up to date, and taken out with what is below it", () => {
    const text = `[mcp_servers.a]
url = "http://a" # a

# ours
[mcp_servers.hub]
command = "npx" # old
args = [
  "x",
]
enabled = true

[mcp_servers.hub.env]
A = "b"

# of b
[mcp_servers.b]
url = "http://b"
`;
    const after = put(text);
    expect(after).toBe(`[mcp_servers.a]
url = "http://a" # a

# ours
[mcp_servers.hub]
url = "http://127.0.0.1:8001/mcp"
bearer_token_env_var = "MCP_HUB_TOKEN"
enabled = true


# of b
[mcp_servers.b]
url = "http://b"
`);
    expect(remove(after)).toBe(`[mcp_servers.a]
url = "http://a" # a

# ours


# of b
[mcp_servers.b]
url = "http://b"
`);
  });

  test.each([
    ["[a", 1],
    ["a = 1\nb = \n", 2],
    ["a = 1\n\n[a]\n[a]\n", 3],
  ])("%j is refused with the line", (text, line) => {
    try {
      put(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(EditRefused);
      expect(error instanceof EditRefused && error.position?.line).toBe(line);
    }
  });

  test.each([
    ["# first\n[[mcp_servers]]\nname = 'hub'\n", 2],
    ["[[mcp_servers.hub]]\nurl = 'x'\n", 1],
    ["mcp_servers = []\n", 1],
  ])("%j is refused: a list stands where a table belongs", (text, line) => {
    const refused = (() => {
      try {
        return put(text);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toMatchObject({
      code: "unclear",
      position: { line },
      message: expect.stringMatching(
        /^Expected a table for each server, such as \[mcp_servers\.hub\], but mcp_servers(\.hub)? is a list/,
      ),
    });
  });

  test.each([
    'mcp_servers = { a = { url = "x" } }',
    'mcp_servers.hub = { url = "x" }',
    '[mcp_servers]\nhub = { url = "x" }',
  ])("%j is refused: the table cannot be added beside it", (text) => {
    expect(() => put(text)).toThrow(EditRefused);
  });
});
