import { describe, expect, test } from "vitest";
import { allowsTool, countThrough, withServer, withTool } from "./choice.js";
import { emptyDraft } from "./draft.js";

const tools = ["send", "reset", "echo"];
const only = { ...emptyDraft, choice: "only" } as const;
const all = { ...emptyDraft, choice: "without" } as const;

describe("choosing tools", () => {
  test("of none, one is let through by name", () => {
    const lists = withTool(only, "mail", "send", true, tools);
    expect(lists.allow).toEqual(["mail/send"]);
    expect(countThrough(lists, "mail", 3)).toBe(1);
    expect(withTool(lists, "mail", "send", false, tools).allow).toEqual([]);
  });

  test("of a whole server, one is left out and those to come stay in", () => {
    const lists = withTool(withServer(only, "mail", true), "mail", "send", false, tools);
    expect(lists).toMatchObject({ allow: ["mail/*"], deny: ["mail/send"] });
    expect(tools.map((tool) => allowsTool(lists, "mail", tool))).toEqual([false, true, true]);
    expect(countThrough(lists, "mail", 3)).toBe(2);
    expect(withTool(lists, "mail", "send", true, tools)).toMatchObject({
      allow: ["mail/*"],
      deny: [],
    });
  });

  test("without a whole server, one is taken back and the others stay out", () => {
    const lists = withTool(withServer(all, "mail", false), "mail", "send", true, tools);
    expect(lists.deny).toEqual(["mail/reset", "mail/echo"]);
    expect(countThrough(lists, "mail", 3)).toBe(1);
    expect(withServer(lists, "mail", true).deny).toEqual([]);
  });

  test("a server whose id begins as another's is another", () => {
    const lists = withServer(withServer(only, "mail", true), "mail-2", true);
    expect(withServer(lists, "mail", false).allow).toEqual(["mail-2/*"]);
  });
});
