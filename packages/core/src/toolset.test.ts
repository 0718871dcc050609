import { describe, expect, test } from "vitest";
import { toolsetSchema } from "./toolset.js";

/** Each problem as `path message`. */
function problemsOf(input: unknown): string[] {
  const result = toolsetSchema.safeParse(input, { reportInput: true });
  return (result.error?.issues ?? []).map(({ path, message }) => `${path.join(".")} ${message}`);
}

const many = (count: number, item: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => item(index));

describe("what a toolset may say", () => {
  test("a name is enough: all servers, all tools, their own names", () => {
    expect(toolsetSchema.parse({ name: "  Support  desk " })).toEqual({
      name: "Support desk",
      servers: [],
      tags: [],
      deny: [],
      overrides: {},
      prefix: "always",
      mode: "all",
    });
  });

  test("everything that is said is kept, and repetitions once", () => {
    const full = {
      id: "support-desk",
      name: "Support desk",
      description: "For people\nwho help.",
      servers: ["mail", "crm"],
      tags: ["safe"],
      allow: ["mail/*", "crm/find customer"],
      deny: ["mail/delete/all"],
      overrides: { "mail/send": { name: "send_mail", title: "Send", description: "Sends." } },
      prefix: "never",
      mode: "search",
    } as const;
    expect(toolsetSchema.parse(full)).toEqual(full);
    const twice = { ...full, servers: ["mail", "mail"], deny: ["a/b", "a/b"], tags: ["x", "x"] };
    expect(toolsetSchema.parse(twice)).toMatchObject({
      servers: ["mail"],
      deny: ["a/b"],
      tags: ["x"],
    });
  });

  test("an empty allow list is not the same as none", () => {
    expect(toolsetSchema.parse({ name: "Nothing", allow: [] }).allow).toEqual([]);
    expect("allow" in toolsetSchema.parse({ name: "All" })).toBe(false);
  });
});

describe("what a toolset may not say", () => {
  const refused: [string, object, string][] = [
    ["no name", { name: undefined }, "name is missing; expected text"],
    ["a name of nothing", { name: "--" }, 'name must hold a letter or a digit, got "--"'],
    ["an id that is no slug", { id: "Desk" }, "id must be 1-40 characters of a-z 0-9 -"],
    ["an id that is too long", { id: "a".repeat(41) }, "id must be 1-40 characters of a-z 0-9 -"],
    ["a field nobody knows", { tools: [] }, "must hold no other fields than id, name,"],
    ["a server by its name", { servers: ["My Mail"] }, "servers.0 must be the id of a server"],
    ["servers as text", { servers: "mail" }, "servers must be a list of server ids, got"],
    ["a tag with a comma", { tags: ["a,b"] }, "tags.0 must hold no comma"],
    ["a tool without its server", { allow: ["send"] }, "allow.0 must be <server id>/<tool name>"],
    ["a tool without a name", { deny: ["mail/"] }, "deny.0 must be <server id>/<tool name>"],
    ["every server", { allow: ["*/send"] }, "allow.0 must be <server id>/<tool name>"],
    ["an invisible tool", { deny: ["mail/a\u202eb"] }, "deny.0 must be <server id>/<tool name>"],
    ["an endless tool", { deny: [`a/${"x".repeat(257)}`] }, "deny.0 must be <server id>/"],
    ["another prefix", { prefix: "sometimes" }, 'prefix must be "always" or "never", got'],
    ["another mode", { mode: "none" }, 'mode must be "all" or "search", got "none"'],
    ["overrides as a list", { overrides: [] }, "overrides must be an object, got a list of 0"],
    [
      "an override of no tool",
      { overrides: { send: { name: "x" } } },
      "overrides.send must be under <server id>/<tool name>",
    ],
    [
      "an override of all tools",
      { overrides: { "mail/*": { title: "x" } } },
      "overrides.mail/* must be under <server id>/<tool name>",
    ],
    [
      "an override of nothing",
      { overrides: { "mail/send": {} } },
      "overrides.mail/send must hold a name, a title or a description",
    ],
    [
      "an override of what cannot be",
      { overrides: { "mail/send": { inputSchema: {} } } },
      "overrides.mail/send must hold no other fields than name, title, description",
    ],
    [
      "a name clients refuse",
      { overrides: { "mail/send": { name: "send it" } } },
      "overrides.mail/send.name must be 1-64 characters of A-Z a-z 0-9 _ -",
    ],
    [
      "the name of a tool of the hub",
      { overrides: { "mail/send": { name: "hub__find_tools" } } },
      "overrides.mail/send.name must not begin with hub__",
    ],
    [
      "one name for two tools",
      { overrides: { "a/x": { name: "go" }, "b/y": { title: "Y" }, "b/z": { name: "go" } } },
      'overrides.b/z must have a name of its own, got "go" again',
    ],
    [
      "too many servers",
      { servers: many(501, (n) => `s${n}`) },
      "servers must have at most 500 server ids, got 501",
    ],
    ["too many tags", { tags: many(33, (n) => `t${n}`) }, "tags must have at most 32 tags"],
    ["too many tools", { deny: many(501, (n) => `s/${n}`) }, "deny must have at most 500 tools"],
    [
      "too many overrides",
      { overrides: Object.fromEntries(many(501, (n) => `s/${n}`).map((t) => [t, { title: "T" }])) },
      "overrides must have at most 500 tools, got 501",
    ],
  ];
  test.each(refused)("%s", (_, fields, problem) => {
    const found = problemsOf({ name: "Desk", ...fields });
    expect(found).toHaveLength(1);
    expect(found[0]?.trim()).toContain(problem);
  });

  test("what is no object at all is refused with a sentence", () => {
    expect(problemsOf("desk")).toEqual([' must be a toolset, got "desk"']);
  });
});
