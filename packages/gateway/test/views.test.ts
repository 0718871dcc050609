import { BudgetBook, toolsetOf, toolsetSchema } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSelection, type Selection, toolsetSelection } from "../src/catalogue/selection.js";
import type { View } from "../src/catalogue/view.js";
import { Views } from "../src/catalogue/views.js";
import { TestCatalogue } from "./support/catalogue.js";

const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 5);
const kib = 1024;
const kinds = ["tools", "prompts", "resources", "resourceTemplates"] as const;

function selectionOf(query: string): Selection {
  const selection = parseSelection(new URLSearchParams(query), false);
  if ("problem" in selection) throw new Error(selection.problem);
  return selection;
}

const viewsOf = (source: TestCatalogue, budgets = new BudgetBook()) =>
  new Views(source, 0, () => {}, budgets);

/** The memory that views hold definitions in; what they share counts once. */
function bytesHeld(views: readonly View[]): number {
  const buffers = new Set<ArrayBufferLike>();
  for (const view of views)
    for (const kind of kinds)
      for (const isModern of [true, false])
        for (const piece of view.answer(kind, isModern).pieces) buffers.add(piece.buffer);
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

const viewUse = (budgets: BudgetBook) => budgets.report().find(({ name }) => name === "viewBytes");

describe("what selections cost", () => {
  const tools = (id: string): JsonObject[] =>
    Array.from({ length: 20 }, (_, index) => ({
      name: `${id}_${index}`,
      description: `${id} `.repeat(4 * kib),
    }));
  const ids = Array.from({ length: 8 }, (_, index) => `server-${index}`);
  const source = new TestCatalogue();
  for (const id of ids)
    source.put(id, { tools: tools(id), resources: [{ uri: "test://shared", name: id }] });
  const definitions = 8 * 20 * 4 * kib * "server-0 ".length;

  test.each(["", "&prefix=never"])(
    "250 selections of the same servers%s hold their definitions once",
    (more) => {
      const views = viewsOf(source);
      const subsets = Array.from({ length: 250 }, (_, at) =>
        ids.filter((_id, bit) => ((at + 5) >> bit) % 2 === 1).join(),
      );
      const all = subsets.map((some) => views.of(selectionOf(`servers=${some}${more}`)));
      expect(new Set(all).size).toBe(250);
      expect(bytesHeld(all)).toBeGreaterThan(definitions);
      // Small pieces are cut out of slabs that everything in the process shares.
      expect(bytesHeld(all)).toBeLessThan(definitions * 1.1 + 4_000 * kib);
    },
  );

  test("toolsets hold what they change themselves and share the rest", () => {
    const views = viewsOf(source);
    const all = Array.from({ length: 50 }, (_, index) => {
      const toolset = toolsetSchema.parse({
        name: `Toolset ${index}`,
        deny: [`server-1/server-1_${index % 20}`],
        overrides: { "server-2/server-2_3": { title: `Tool of ${index}` } },
      });
      const ids = { id: `toolset-${index}`, createdAt: 0, updatedAt: 0, revision: 1 };
      return views.of(toolsetSelection(toolsetOf(toolset, ids), false));
    });
    const changed = 50 * 4 * kib * "server-0 ".length;
    expect(bytesHeld(all)).toBeLessThan(definitions * 1.1 + changed * 2 + 4_000 * kib);
  });

  test("views are held within their budget, the least used go first, and all are served", () => {
    const budgets = new BudgetBook({ viewBytes: 64 * kib });
    const views = viewsOf(source, budgets);
    const often = selectionOf("servers=server-1");
    const kept = views.of(often);
    for (let index = 0; index < 250; index++) {
      const view = views.of(selectionOf(`servers=server-0,other-${index}`));
      expect(view.answer("tools", true).length).toBeGreaterThan(20 * 4 * kib);
      expect(views.of(often)).toBe(kept);
      expect(viewUse(budgets)?.used).toBeLessThanOrEqual(64 * kib);
    }
    expect(viewUse(budgets)?.refused).toBeGreaterThan(200);
  });

  test("what toolsets change or leave out counts, and no toolset keeps it when its view is given up", () => {
    const every = Array.from({ length: 20 }, (_, index) => `server-2/server-2_${index}`);
    const changing = every.map((tool) => [tool, { title: "a" }] as const);
    const narrowings = [{ overrides: Object.fromEntries(changing) }, { deny: every.slice(1) }];
    for (const narrowing of narrowings) {
      const budgets = new BudgetBook({ viewBytes: 64 * kib });
      const views = viewsOf(source, budgets);
      const roomy = new BudgetBook();
      const all = Array.from({ length: 60 }, (_, index) => {
        const toolset = toolsetSchema.parse({ name: `Toolset ${index}`, ...narrowing });
        const ids = { id: `toolset-${index}`, createdAt: 0, updatedAt: 0, revision: 1 };
        return toolsetSelection(toolsetOf(toolset, ids), false);
      });
      const partOf = (selection: Selection) =>
        views.of(selection).tools.parts.find(({ serverId }) => serverId === "server-2");
      const first = all.map(partOf);
      for (const selection of all) views.of(selection).answer("tools", true);
      expect(viewUse(budgets)?.used).toBeLessThanOrEqual(64 * kib);
      expect(all.filter((one, at) => partOf(one) === first[at]).length).toBeLessThan(20);
      const [one] = all;
      if (one === undefined || !("overrides" in narrowing)) continue;
      viewsOf(source, roomy).of(one).answer("tools", true);
      expect(viewUse(roomy)?.used).toBeGreaterThan(20 * 4 * kib * "server-2 ".length);
    }
  });

  test("a view that is larger than all may be is served and not kept", () => {
    const budgets = new BudgetBook({ viewBytes: 64 * kib });
    const views = viewsOf(source, budgets);
    const missing = Array.from({ length: 250 }, (_, index) => `a-server-that-is-missing-${index}`);
    const large = selectionOf(`servers=server-3,${missing.join()}`);
    const view = views.of(large);
    expect(view.missing).toHaveLength(250);
    expect(view.answer("tools", false).length).toBeGreaterThan(64 * kib);
    expect(viewUse(budgets)?.used).toBe(0);
    expect(views.of(large)).not.toBe(view);
  });

  test("a change of the catalogue frees what was held", () => {
    const budgets = new BudgetBook();
    const changing = new TestCatalogue();
    changing.put("a", { tools: tools("a") });
    const views = viewsOf(changing, budgets);
    views.of(selectionOf("")).answer("tools", true);
    const before = viewUse(budgets)?.used;
    changing.put("a", { tools: [] });
    views.follow();
    expect(before).toBeGreaterThan(0);
    expect(viewUse(budgets)?.used).toBe(0);
  });
});

describe("a list", () => {
  const id = fc.constantFrom("a", "b", "c", "d");
  const name = fc.constantFrom("x", "y", "with space", "ü", "long".repeat(30));
  const uri = fc.constantFrom("test://1", "test://2", "test://{x}", "hub.b+test://1");
  const offer = fc.record({
    tools: fc.array(
      name.map(
        (one): JsonObject => ({
          name: one,
          description: `"${one}" \n`,
          inputSchema: { type: "object" },
        }),
      ),
    ),
    prompts: fc.array(name.map((one): JsonObject => ({ name: one }))),
    resources: fc.array(uri.map((one): JsonObject => ({ uri: one, name: "r" }))),
    resourceTemplates: fc.array(uri.map((one): JsonObject => ({ uriTemplate: one, name: "t" }))),
    createdAt: fc.nat({ max: 3 }),
  });
  const query = fc.constantFrom("", "prefix=never", "servers=a,b,c", "hub=off&servers=b,c");
  const member = {
    tools: "name",
    prompts: "name",
    resources: "uri",
    resourceTemplates: "uriTemplate",
  } as const;

  test("in pieces is one JSON text in which each name and URI is once and leads to its own item", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(id, offer), { maxLength: 5 }), query, (servers, asked) => {
        const source = new TestCatalogue();
        for (const [serverId, one] of servers) source.put(serverId, one);
        const view = viewsOf(source).of(selectionOf(asked));
        for (const kind of kinds) {
          const { pieces, length } = view.answer(kind, true);
          const bytes = Buffer.concat(pieces);
          expect(bytes.length).toBe(length);
          const list = JSON.parse(bytes.toString("utf8"))[kind] as JsonObject[]; // as asked
          const names = list.map((item) => String(item[member[kind]]));
          expect(new Set(names).size).toBe(names.length);
          const shown = kind === "resourceTemplates" ? view.templates : view[kind];
          const own = names.filter((one) => !one.startsWith("hub__"));
          expect(shown.size).toBe(own.length);
          for (const one of own) {
            const found = shown.get(one);
            expect(found?.exposed).toBe(one);
            const snapshot = source.get(found?.serverId ?? "")?.snapshot;
            expect(snapshot?.[kind]).toContain(found?.item);
          }
        }
      }),
      { numRuns },
    );
  });
});
