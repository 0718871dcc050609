import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  allowsTool,
  countThrough,
  markOf,
  markOfEverything,
  withEverything,
  withServer,
  withTool,
} from "./choice.js";
import { type Draft, definitionOf, emptyDraft } from "./draft.js";

const tools = ["send", "reset", "echo"];
const none = emptyDraft;
const all = withEverything(emptyDraft, true);

describe("choosing tools", () => {
  test("of none, one is let through by name", () => {
    const lists = withTool(none, "mail", "send", true, tools);
    expect(lists).toMatchObject({ allow: ["mail/send"], servers: ["mail"] });
    expect(countThrough(lists, "mail", 3)).toBe(1);
    expect(markOf(lists, "mail", 3)).toBe("some");
    expect(withTool(lists, "mail", "send", false, tools)).toEqual(none);
  });

  test("of a whole server, one is left out and those to come stay in", () => {
    const lists = withTool(withServer(none, "mail", true), "mail", "send", false, tools);
    expect(lists).toMatchObject({ allow: ["mail/*"], deny: ["mail/send"], servers: ["mail"] });
    expect(tools.map((tool) => allowsTool(lists, "mail", tool))).toEqual([false, true, true]);
    expect(countThrough(lists, "mail", 3)).toBe(2);
    expect(withTool(lists, "mail", "send", true, tools)).toMatchObject({
      allow: ["mail/*"],
      deny: [],
    });
  });

  test("of everything without a server, one is taken back and the others stay out", () => {
    const lists = withTool(withServer(all, "mail", false), "mail", "send", true, tools);
    expect(lists.deny).toEqual(["mail/reset", "mail/echo"]);
    expect(countThrough(lists, "mail", 3)).toBe(1);
    expect(withServer(lists, "mail", true)).toEqual(all);
  });

  test("a server whose id begins as another's is another", () => {
    const lists = withServer(withServer(none, "mail", true), "mail-2", true);
    expect(withServer(lists, "mail", false)).toMatchObject({
      allow: ["mail-2/*"],
      servers: ["mail-2"],
    });
  });

  test("one that lets tools of any server through goes on to offer the prompts of all", () => {
    const lists: Draft = { ...none, allow: ["crm/find"] };
    expect(withTool(lists, "mail", "send", true, tools)).toMatchObject({
      allow: ["crm/find", "mail/send"],
      servers: [],
    });
  });

  test("a server without tools is marked by whether those to come are in", () => {
    expect(markOf(withServer(none, "new", true), "new", 0)).toBe("all");
    expect(markOf(none, "new", 0)).toBe("none");
    expect(markOf(all, "new", 0)).toBe("all");
    expect(markOf(withServer(all, "new", false), "new", 0)).toBe("none");
  });

  test("whatever is clicked, the marks say what the hub will let through", () => {
    const offers = { mail: tools, crm: ["find", "send"] } as const;
    const server = fc.constantFrom("mail" as const, "crm" as const);
    const click = fc.oneof(
      fc.record({ what: fc.constant("everything" as const), isOn: fc.boolean() }),
      fc.record({ what: fc.constant("server" as const), id: server, isOn: fc.boolean() }),
      fc.record({
        what: fc.constant("tool" as const),
        id: server,
        at: fc.nat(2),
        isOn: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(click, { maxLength: 12 }), (clicks) => {
        let draft: Draft = { ...none, name: "x" };
        const chosen = new Set<string>();
        const put = (isOn: boolean, references: readonly string[]) => {
          for (const one of references) isOn ? chosen.add(one) : chosen.delete(one);
        };
        const of = (id: keyof typeof offers) => offers[id].map((tool) => `${id}/${tool}`);
        for (const one of clicks) {
          if (one.what === "everything") {
            draft = withEverything(draft, one.isOn);
            put(one.isOn, [...of("mail"), ...of("crm")]);
          } else if (one.what === "server") {
            draft = withServer(draft, one.id, one.isOn);
            put(one.isOn, of(one.id));
          } else {
            const list = offers[one.id];
            const tool = list[one.at % list.length] ?? "";
            draft = withTool(draft, one.id, tool, one.isOn, list);
            put(one.isOn, [`${one.id}/${tool}`]);
          }
        }
        const { servers = [], allow, deny = [] } = definitionOf(draft);
        for (const id of ["mail", "crm"] as const) {
          const named = (lists: readonly string[], tool: string) =>
            lists.includes(`${id}/${tool}`) || lists.includes(`${id}/*`);
          for (const tool of offers[id]) {
            const isThrough =
              (servers.length === 0 || servers.includes(id)) &&
              (allow === undefined || named(allow, tool)) &&
              !named(deny, tool);
            expect(isThrough).toBe(chosen.has(`${id}/${tool}`));
            expect(allowsTool(draft, id, tool)).toBe(isThrough);
          }
          const count = of(id).filter((one) => chosen.has(one)).length;
          expect(countThrough(draft, id, offers[id].length)).toBe(count);
          expect(markOf(draft, id, offers[id].length)).toBe(
            count === 0 ? "none" : count === offers[id].length ? "all" : "some",
          );
        }
        if (markOfEverything(draft) === "none") expect(chosen.size).toBe(0);
      }),
    );
  });
});
