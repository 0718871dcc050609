import { type Grant, Policy, subjectOf } from "@hub/core/access";
import type { JsonObject } from "@hub/core/json";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { narrowedTo } from "../src/catalogue/callable.js";
import { exposedName, exposedUri, formerName } from "../src/catalogue/naming.js";
import { routeRequest } from "../src/catalogue/routing.js";
import { parseSelection, type Selection } from "../src/catalogue/selection.js";
import type { View } from "../src/catalogue/view.js";
import { Views } from "../src/catalogue/views.js";
import { TestCatalogue } from "./support/catalogue.js";

const ids = ["box-one", "box-two", "box-six", "box-ten"] as const;
const tags = ["red", "blue"];
const long = "a_tool_with_a_name_that_is_far_too_long_for_the_apis_of_models";
/** Some of them no client takes as they are; some are cut to the same beginning. */
const names = ["list", "pay", "list.all", long, `${long}_too`, "zahlen ä"];
const uris = ["file:///a", "file:///b", "db://x"];

const some = <Value>(...values: readonly Value[]) =>
  fc.array(fc.constantFrom(...values), { maxLength: 3 });
const offer = fc.record({
  tools: some(...names),
  prompts: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
  resources: fc.uniqueArray(fc.constantFrom(...uris), { maxLength: 2 }),
  tags: fc.uniqueArray(fc.constantFrom(...tags)),
  createdAt: fc.nat(3),
});
const grant: fc.Arbitrary<Grant> = fc.record(
  {
    action: fc.constantFrom("call" as const, "call" as const, "read" as const),
    servers: some("box-one", "box-two", "*-six", "box-t*", "*"),
    tags: some(...tags),
    tools: some("list*", "pay", "*_too", "*"),
  },
  { requiredKeys: ["action"] },
);
const query = fc
  .tuple(
    fc.constantFrom("", "prefix=never"),
    fc.constantFrom("", "servers=box-one,box-two,nobody", "servers=box-six"),
    fc.constantFrom("", "tags=red"),
  )
  .map((parts) => parts.filter((part) => part !== "").join("&"));

function selectionOf(text: string): Selection {
  const parsed = parseSelection(new URLSearchParams(text), false);
  if ("problem" in parsed) throw new Error(parsed.problem);
  return parsed;
}

const items = (keys: readonly string[], member: string): readonly JsonObject[] =>
  keys.map((key) => ({ [member]: key, name: key }));

const reached = (view: View, method: string, params: Record<string, string>) => {
  const routing = routeRequest(view, method, params);
  return "error" in routing
    ? undefined
    : { id: routing.route.entry.record.id, name: routing.route.name };
};

describe("of any catalogue", () => {
  test("somebody is shown what may be called, no more and no less, and reaches just that", () => {
    fc.assert(
      fc.property(
        fc.array(offer, { minLength: 1, maxLength: ids.length }),
        fc.array(grant, { maxLength: 3 }),
        query,
        (offers, grants, text) => {
          const catalogue = new TestCatalogue();
          for (const [at, { tools, prompts, resources, ...more }] of offers.entries())
            catalogue.put(ids[at] ?? "", {
              ...more,
              tools: items(tools, "name"),
              prompts: items(prompts, "name"),
              resources: items(resources, "uri"),
            });
          const views = new Views(catalogue, 0, () => {});
          const policy = new Policy(grants);
          const selection = selectionOf(text);
          const all = views.of(selection);
          const view = views.of(narrowedTo(selection, policy));
          const subject = (id: string) => {
            const record = catalogue.get(id)?.record;
            return record === undefined ? undefined : subjectOf(record);
          };
          const mayCall = (id: string, tool: string) => {
            const server = subject(id);
            return server !== undefined && policy.may("call", { server, tool });
          };
          const isWhole = (id: string) => {
            const server = subject(id);
            return server !== undefined && policy.mayWithWhole("call", server);
          };
          const pairs = (of: View) =>
            [...of.tools.values()].map(({ serverId, name }) => `${serverId} ${name}`);

          // Tools: nothing that may not be called, and all that may unless two of these have one name.
          const shown = [...view.tools.values()];
          for (const { serverId, name } of shown) expect(mayCall(serverId, name)).toBe(true);
          const expected = [...all.tools.values()].filter((one) => mayCall(one.serverId, one.name));
          for (const { serverId, name } of expected)
            expect(pairs(view)).toContain(`${serverId} ${name}`);
          for (const id of ids)
            for (const tool of names)
              for (const name of [exposedName(id, tool), formerName(id, tool), tool]) {
                const found = reached(view, "tools/call", { name });
                const item = view.tools.get(name);
                expect(found).toEqual(
                  item === undefined ? undefined : { id: item.serverId, name: item.name },
                );
              }

          // Prompts and resources: those of servers all of which may be called.
          for (const { serverId } of [...view.prompts.values(), ...view.resources.values()])
            expect(isWhole(serverId)).toBe(true);
          for (const { serverId, name } of all.resources.values())
            expect(view.resources.of(serverId, name) !== undefined).toBe(isWhole(serverId));
          for (const id of ids)
            for (const own of uris)
              for (const uri of [own, exposedUri(id, own)]) {
                const found = reached(view, "resources/read", { uri });
                if (found !== undefined) expect(isWhole(found.id)).toBe(true);
              }

          // No answer names a server that is not there for who asks, unless it was asked for.
          const asked = new Set(selection.servers);
          for (const kind of ["tools", "prompts", "resources", "resourceTemplates"] as const) {
            const answer = Buffer.concat(view.answer(kind, true).pieces).toString("utf8");
            for (const id of ids) {
              const server = subject(id);
              if (server !== undefined && policy.may("call", server)) continue;
              if (!asked.has(id)) expect(answer).not.toContain(id);
            }
          }
        },
      ),
      { numRuns: Number(process.env.HUB_PROPERTY_RUNS ?? 300) },
    );
  });
});
