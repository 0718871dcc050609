import { describe, expect, test } from "vitest";
import { lineAfter, parentOf, type Row, rowsOf, type TreeServer } from "./rows.js";

const server = (id: string, tags: readonly string[] = []): TreeServer => ({
  id,
  name: id.toUpperCase(),
  tags: [...tags],
  status: "up",
  tools: 2,
});
const servers = [server("crm", ["sales"]), server("mail"), server("wiki")];
const base = {
  servers,
  tags: [],
  words: "",
  found: new Map(),
  toggled: new Set<string>(),
  branch: () => [{ name: "find" }, { name: "send" }],
};
const keys = (rows: readonly Row[]) => rows.map(({ key }) => key);

describe("the lines of the tree", () => {
  test("are closed servers, and the tools of those that somebody opened", () => {
    expect(keys(rowsOf(base))).toEqual(["*", "crm", "mail", "wiki"]);
    expect(keys(rowsOf({ ...base, toggled: new Set(["mail"]) }))).toEqual([
      "*",
      "crm",
      "mail",
      "mail/find",
      "mail/send",
      "wiki",
    ]);
  });

  test("of words are what fits them, by the name of a server or by a tool", () => {
    const found = new Map([["wiki", [{ name: "mail_page" }]]]);
    const rows = rowsOf({ ...base, words: "Mail", found });
    expect(keys(rows)).toEqual(["mail", "wiki", "wiki/mail_page"]);
    expect(rows[1]).toMatchObject({ isOpen: true, place: { at: 2, of: 2 } });
    const closed = rowsOf({ ...base, words: "mail", found, toggled: new Set(["wiki"]) });
    expect(keys(closed)).toEqual(["mail", "wiki"]);
  });

  test("of tags are their servers, and those that are named and not there", () => {
    const gone = { ...server("gone"), status: undefined };
    const rows = rowsOf({ ...base, servers: [gone, ...servers], tags: ["sales"] });
    expect(keys(rows)).toEqual(["*", "gone", "crm"]);
  });

  test("say why there is no tool", () => {
    const toggled = new Set(["crm"]);
    const text = (branch: () => readonly [] | string | undefined) =>
      rowsOf({ ...base, toggled, branch }).find(({ kind }) => kind === "note");
    expect(text(() => undefined)).toMatchObject({ text: "Reading its tools…" });
    expect(text(() => "The hub does not answer.")).toMatchObject({
      text: "The hub does not answer.",
    });
    expect(text(() => [])).toMatchObject({ text: expect.stringContaining("no tools") });
  });
});

describe("a key", () => {
  const rows = rowsOf({
    ...base,
    toggled: new Set(["crm", "mail"]),
    branch: (id) => (id === "crm" ? [] : [{ name: "find" }, { name: "send" }]),
  });

  test("passes over what is no line, and stops at the ends", () => {
    expect(keys(rows)).toEqual(["*", "crm", "crm/", "mail", "mail/find", "mail/send", "wiki"]);
    expect(lineAfter(rows, 1, "ArrowDown", 3)).toBe(3);
    expect(lineAfter(rows, 3, "ArrowUp", 3)).toBe(1);
    expect(lineAfter(rows, 6, "ArrowDown", 3)).toBeUndefined();
    expect(lineAfter(rows, 0, "ArrowUp", 3)).toBeUndefined();
    expect(lineAfter(rows, 5, "PageDown", 3)).toBe(6);
    expect(lineAfter(rows, 5, "PageUp", 3)).toBe(1);
    expect(lineAfter(rows, 3, "Home", 3)).toBe(0);
    expect(lineAfter(rows, 3, "End", 3)).toBe(6);
    expect(lineAfter(rows, 3, "x", 3)).toBeUndefined();
  });

  test("finds the server of a tool", () => {
    expect(parentOf(rows, 5)).toBe(3);
    expect(parentOf(rows, 0)).toBeUndefined();
  });
});
