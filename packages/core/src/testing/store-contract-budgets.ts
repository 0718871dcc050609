import { describe, expect, test } from "vitest";
import { BudgetBook } from "../budget-book.js";
import { jsonBytes, keepChanges } from "../history.js";
import { MemoryStore } from "../memory-store.js";
import { createSnapshot } from "../snapshot.js";
import type { CapabilityChange, RegistryStore } from "../store.js";
import { capabilitiesChanged, creating, registered, sampleSnapshot, write } from "./samples.js";
import { committed, type StoreContract, useOf } from "./store-contract-kit.js";

const kib = 1024;
const limits = {
  historyBytes: 64 * kib,
  historyItems: 6,
  allHistoryBytes: 100 * kib,
  journalBytes: 64 * kib,
} as const;

/** What happens to a server: it offers so many tools with descriptions of so many characters, or goes. */
type Happening =
  | { readonly server: string; readonly tools: number; readonly length: number }
  | { readonly remove: string };

/** The same numbers in [0, 1) for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function lifeOf(random: () => number): readonly Happening[] {
  const oneOf = <Value>(values: readonly Value[]) => {
    const value = values[Math.floor(random() * values.length)];
    if (value === undefined) throw new Error("There is one.");
    return value;
  };
  return Array.from({ length: Math.floor(random() * 30) }, () => {
    const server = oneOf(["a", "b", "c"]);
    if (random() < 0.1) return { remove: server };
    return { server, tools: 1 + Math.floor(random() * 12), length: oneOf([1, 100, 3_000, 20_000]) };
  });
}

/** Lets something happen to a store; returns the number of the step it brought. */
async function happen(
  store: RegistryStore,
  one: Happening,
  living: Set<string>,
): Promise<number | undefined> {
  const id = "remove" in one ? one.remove : one.server;
  if (!living.has(id)) await committed(store, creating(id));
  living.add(id);
  if ("remove" in one) {
    living.delete(id);
    await committed(store, write({ removed: [{ id, basedOn: 1 }] }));
    return undefined;
  }
  const described = (text: string) =>
    createSnapshot({
      ...sampleSnapshot(),
      tools: Array.from({ length: one.tools }, (_, index) => ({
        name: `tool${index}`,
        description: text.repeat(one.length),
      })),
      resources: [],
      resourceTemplates: [],
      prompts: [],
    });
  const [before, after] = [described("é"), described("x")];
  const { event, changes } = capabilitiesChanged(id, before, after);
  if (changes === undefined) throw new Error("It has differences.");
  const kept = keepChanges(
    after.tools.flatMap((tool, index) => {
      const old = before.tools[index];
      return old === undefined
        ? []
        : [{ change: "changed", kind: "tools", key: tool.key, before: old, after: tool } as const];
    }),
    16 * kib,
  );
  return (await committed(store, write({ events: [{ event, changes: kept }] })))[0];
}

/** A whole history, in pages of so many steps and bytes. */
async function inPages(
  store: RegistryStore,
  serverId: string,
  page: { readonly limit: number; readonly mostBytes: number },
): Promise<readonly (readonly CapabilityChange[])[]> {
  const pages: (readonly CapabilityChange[])[] = [];
  let before: number | undefined;
  for (;;) {
    const { changes, hasMore } = await store.changes(serverId, { ...page, before });
    pages.push(changes);
    if (!hasMore) return pages;
    before = changes.at(-1)?.seq;
  }
}

const bytesIn = (steps: readonly CapabilityChange[]) =>
  steps.reduce((sum, step) => sum + jsonBytes(step), 0);

/** What a store promises of how much it keeps. */
export function describeStoreBudgets({ open }: StoreContract): void {
  const numRuns = Math.ceil(Number(process.env.HUB_PROPERTY_RUNS ?? 500) / 100);

  describe("budgets", () => {
    test("histories stay within their budgets, the newest is kept, and pages are the whole", async () => {
      for (let seed = 1; seed <= numRuns; seed += 1) {
        const random = randomOf(seed);
        const budgets = new BudgetBook(limits);
        const store = await open(budgets);
        // Whatever keeps a history keeps the same of it.
        const other = new MemoryStore(new BudgetBook(limits));
        const [living, livingThere] = [new Set<string>(), new Set<string>()];
        const written = new Map<string, readonly number[]>();
        const page = {
          limit: 1 + Math.floor(random() * 7),
          mostBytes: 1 + Math.floor(random() * 80 * kib),
        };
        for (const one of lifeOf(random)) {
          const seq = await happen(store, one, living);
          expect(await happen(other, one, livingThere)).toBe(seq);
          if ("remove" in one) written.delete(one.remove);
          else if (seq !== undefined)
            written.set(one.server, [seq, ...(written.get(one.server) ?? [])]);
          let total = 0;
          for (const [id, seqs] of written) {
            const { changes } = await store.changes(id, { limit: 1_000 });
            expect((await other.changes(id, { limit: 1_000 })).changes).toEqual(changes);
            const bytes = bytesIn(changes);
            total += bytes;
            expect(bytes).toBeLessThanOrEqual(limits.historyBytes);
            expect(changes.length).toBeLessThanOrEqual(limits.historyItems);
            expect(changes.length).toBeGreaterThan(0);
            expect(changes.map((step) => step.seq)).toEqual(seqs.slice(0, changes.length));
            const pages = await inPages(store, id, page);
            expect(pages.flat()).toEqual(changes);
            for (const steps of pages) {
              expect(steps.length).toBeLessThanOrEqual(page.limit);
              expect(steps.length === 1 || bytesIn(steps) <= page.mostBytes).toBe(true);
            }
          }
          expect(total).toBeLessThanOrEqual(limits.allHistoryBytes);
          expect(useOf(budgets, "allHistoryBytes")).toBe(total);
        }
      }
    }, 120_000);

    test("the journal stays within its budget and keeps the newest", async () => {
      const budgets = new BudgetBook(limits);
      const store = await open(budgets);
      let last = 0;
      for (let round = 0; round < 40; round += 1) {
        const events = Array.from({ length: 25 }, (_, index) => ({
          event: registered(`server-${round}-${"x".repeat(index)}`),
        }));
        last = (await committed(store, write({ events }))).at(-1) ?? 0;
      }
      const kept = await store.journal({ order: "newest-first", limit: 10_000 });
      const bytes = kept.reduce((sum, { seq, ...event }) => sum + jsonBytes(event), 0);
      expect(bytes).toBeLessThanOrEqual(limits.journalBytes);
      expect(bytes).toBeGreaterThan(limits.journalBytes - 1_000);
      expect(kept.map(({ seq }) => seq)).toEqual(
        Array.from({ length: kept.length }, (_, index) => last - index),
      );
      expect(useOf(budgets, "journalBytes")).toBe(bytes);
      expect(useOf(budgets, "journalItems")).toBe(kept.length);
      await store.trimJournal(10);
      expect(useOf(budgets, "journalItems")).toBe(10);
      expect(useOf(budgets, "journalBytes")).toBeLessThan(10_000);
    });

    test("the journal is read in pages of so many bytes, at least one event in each", async () => {
      const store = await open();
      const seqs = await committed(
        store,
        write({ events: Array.from({ length: 9 }, () => ({ event: registered("a") })) }),
      );
      const bytes = jsonBytes(registered("a"));
      const page = async (mostBytes: number) =>
        (await store.journal({ order: "oldest-first", limit: 5, mostBytes })).map(({ seq }) => seq);
      expect(await page(1)).toEqual(seqs.slice(0, 1));
      expect(await page(3 * bytes)).toEqual(seqs.slice(0, 3));
      expect(await page(4 * bytes - 1)).toEqual(seqs.slice(0, 3));
      expect(await page(100 * bytes)).toEqual(seqs.slice(0, 5));
    });
  });
}
