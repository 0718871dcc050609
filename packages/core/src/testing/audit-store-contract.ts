import { describe, expect, test } from "vitest";
import {
  type AuditQuery,
  type AuditRecord,
  type AuditStore,
  fitsAudit,
  somebody,
} from "../audit.js";
import { BudgetBook } from "../budget-book.js";
import type { Budgets } from "../budgets.js";

export type AuditStoreContractOptions = {
  /** Closes the store and opens what it left behind. Leave it out for one that lives in memory only. */
  readonly reopen?: (store: AuditStore) => Promise<AuditStore>;
};

const at = 1_790_000_000_000;

/** A line with every field, so that none is lost on the way. */
export function sampleLine(more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at,
    who: { kind: "token", id: "token:a", name: "Ci “a”" },
    from: "10.0.0.7",
    action: "edit",
    outcome: "done",
    serverId: "weather",
    subject: "tool",
    code: "NONE",
    before: { tags: ["old"], nested: { list: [1, null] } },
    after: { tags: [] },
    count: 2,
    ...more,
  };
}

const sampleCall = (more: Partial<AuditRecord> = {}) =>
  sampleLine({ action: "call", outcome: "ok", durationMs: 1.5, arguments: '{"a":1}', ...more });

/** Every storage adapter runs this. What it promises is what `AuditStore` means. */
export function describeAuditStore(
  name: string,
  open: (budgets: BudgetBook) => Promise<AuditStore>,
  { reopen }: AuditStoreContractOptions = {},
): void {
  const opened = (budgets: Partial<Budgets> = {}) => open(new BudgetBook(budgets));
  const subjects = async (
    store: AuditStore,
    query: Partial<Parameters<AuditStore["page"]>[0]> = {},
  ) => (await store.page({ limit: 1_000, ...query })).map(({ subject }) => subject);

  describe(`AuditStore: ${name}`, () => {
    test("a new store holds nothing", async () => {
      expect(await (await opened()).page({ limit: 10 })).toEqual([]);
    });

    test("what somebody asked for may hold any character, also as the id of a server", async () => {
      const store = await opened();
      const odd = "a\u0000b\u2028\ud800";
      await store.append([sampleLine({ serverId: odd, subject: odd })]);
      await store.append([sampleLine({ subject: "next" })]);
      expect(await store.page({ limit: 10, serverId: odd })).toMatchObject([{ serverId: odd }]);
      expect(await subjects(store)).toEqual(["next", odd]);
    });

    test("lines come back as they were, the newest first, with growing numbers", async () => {
      const store = await opened();
      await store.append([sampleLine({ subject: "1" })]);
      await store.appendCalls([sampleCall({ subject: "2" })]);
      await store.append([sampleLine({ subject: "3" })]);
      const rows = await store.page({ limit: 10 });
      expect(rows.map(({ seq: _, ...line }) => line)).toEqual([
        sampleLine({ subject: "3" }),
        sampleCall({ subject: "2" }),
        sampleLine({ subject: "1" }),
      ]);
      const seqs = rows.map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.toSorted((one, other) => other - one));
    });

    test("pages follow each other without a gap, whatever comes meanwhile", async () => {
      const store = await opened();
      await store.append(["1", "2", "3", "4"].map((subject) => sampleLine({ subject })));
      const first = await store.page({ limit: 2 });
      await store.append([sampleLine({ subject: "5" })]);
      const next = await subjects(store, { limit: 2, before: first.at(-1)?.seq });
      expect([...first.map(({ subject }) => subject), ...next]).toEqual(["4", "3", "2", "1"]);
    });

    test("filters narrow, each and together", async () => {
      const store = await opened();
      const other = { kind: "person", id: "https://issuer 7", name: "Ada" } as const;
      await store.append([
        sampleLine({ subject: "1" }),
        sampleLine({ subject: "2", who: other, at: at + 1, action: "remove" }),
      ]);
      await store.appendCalls([
        sampleCall({ subject: "3", who: other, at: at + 2, outcome: "tool-error" }),
      ]);
      await store.append([
        sampleLine({ subject: "4", serverId: undefined, at: at + 3, outcome: "refused" }),
      ]);
      expect(await subjects(store, { who: "token:a" })).toEqual(["4", "1"]);
      expect(await subjects(store, { who: "Ada" })).toEqual(["3", "2"]);
      expect(await subjects(store, { actions: ["remove", "call"] })).toEqual(["3", "2"]);
      expect(await subjects(store, { outcomes: ["refused"] })).toEqual(["4"]);
      expect(await subjects(store, { serverId: "weather" })).toEqual(["3", "2", "1"]);
      expect(await subjects(store, { subject: "3" })).toEqual(["3"]);
      expect(await subjects(store, { subject: "1", who: "Ada" })).toEqual([]);
      expect(await subjects(store, { since: at + 1, until: at + 3 })).toEqual(["3", "2"]);
      expect(await subjects(store, { who: "Ada", actions: ["call"], since: at })).toEqual(["3"]);
      expect(await subjects(store, { who: "ada" })).toEqual([]);
    });

    test("a subject is found as it is written, also where others only speak of it", async () => {
      const store = await opened();
      const odd = ['GET /servers "\\ \u0000', "half \ud800 a character", "Ünïcode's"];
      const speaking = { after: { subject: "tool", nested: { subject: "tool" } } };
      await store.append([
        sampleLine({ subject: "tool", at }),
        ...Array.from({ length: 5 }, () => sampleLine({ subject: "other", ...speaking })),
        ...odd.map((subject) => sampleLine({ subject })),
        sampleLine({ subject: undefined, ...speaking }),
      ]);
      await store.appendCalls([
        sampleCall({ subject: "tool", at: at + 1 }),
        sampleCall({ subject: "other", arguments: '{"subject":"tool"}' }),
      ]);
      const first = await store.page({ limit: 1, subject: "tool" });
      expect(first.map((line) => line.at)).toEqual([at + 1]);
      const rest = await store.page({ limit: 1, subject: "tool", before: first[0]?.seq });
      expect(rest.map((line) => line.at)).toEqual([at]);
      expect(await store.page({ limit: 1, subject: "tool", before: rest[0]?.seq })).toEqual([]);
      for (const subject of odd) expect(await subjects(store, { subject })).toEqual([subject]);
      expect(await subjects(store, { subject: "too" })).toEqual([]);
    });

    test("many calls between few decisions are found, page by page and by each filter", async () => {
      const store = await opened();
      const people = ["Ada", "Bob", "Cy"].map(
        (name) => ({ kind: "person", id: `https://issuer ${name}`, name }) as const,
      );
      const all: AuditRecord[] = [];
      for (let batch = 0; batch < 12; batch += 1) {
        const calls = Array.from({ length: 7 * batch ** 2 }, (_, index) => {
          const number = all.length + index;
          return sampleCall({
            subject: `call ${number}`,
            // The clock was set back meanwhile.
            at: at + (batch === 5 ? -1_000 : number),
            who: people[number % 3] ?? somebody.who,
            serverId: `server-${number % 7}`,
            outcome: number % 11 === 0 ? "error" : "ok",
          });
        });
        if (calls.length > 0) await store.appendCalls(calls);
        const decision = sampleLine({ subject: `decision ${batch}`, at: at + all.length });
        await store.append([decision]);
        all.push(...calls, decision);
      }
      const expected = (query: Omit<AuditQuery, "limit" | "before">) =>
        all
          .filter((line) => fitsAudit(line, query))
          .map(({ subject }) => subject)
          .reverse();
      const queries: readonly Omit<AuditQuery, "limit" | "before">[] = [
        {},
        { who: "Ada" },
        { who: "https://issuer Cy", serverId: "server-3" },
        { actions: ["call"], outcomes: ["error"] },
        { actions: ["edit"] },
        { since: at + 500, until: at + 700 },
        { since: at + 500, serverId: "weather" },
        { who: "Ada", since: at - 1_000, until: at },
        { subject: "call 700" },
        { subject: "decision 7", actions: ["edit"] },
        { serverId: "server-8" },
      ];
      for (const query of queries) {
        const wanted = expected(query);
        for (const limit of wanted.length > 100 ? [97, 5_000] : [2]) {
          const found: (string | undefined)[] = [];
          let before: number | undefined;
          for (;;) {
            const page = await store.page({ ...query, limit, before });
            found.push(...page.map(({ subject }) => subject));
            before = page.at(-1)?.seq;
            if (page.length < limit) break;
          }
          expect(found).toEqual(wanted);
        }
      }
    });

    test("the oldest go when there are too many bytes; calls never cost a decision its place", async () => {
      const store = await opened({ auditBytes: 64 * 1024, auditCallBytes: 64 * 1024 });
      await store.append([sampleLine({ subject: "decision" })]);
      const text = "x".repeat(2_000);
      for (let index = 0; index < 60; index += 1)
        await store.appendCalls([sampleCall({ subject: String(index), arguments: text })]);
      const calls = await subjects(store, { actions: ["call"] });
      expect(calls.length).toBeLessThan(40);
      expect(calls.length).toBeGreaterThan(20);
      expect(calls[0]).toBe("59");
      expect(await subjects(store, { actions: ["edit"] })).toEqual(["decision"]);
      for (let index = 0; index < 60; index += 1)
        await store.append([sampleLine({ subject: String(index), after: { text } })]);
      expect(await subjects(store, { actions: ["edit"] })).not.toContain("decision");
      expect(await subjects(store, { actions: ["call"] })).toEqual(calls);
    });

    test("what is too old goes, but for the newest, from which the numbers go on", async () => {
      const store = await opened();
      await store.append([sampleLine({ subject: "1" })]);
      await store.appendCalls([sampleCall({ subject: "2", at: at + 10 })]);
      const [newest] = await store.page({ limit: 1 });
      await store.trim(at + 5);
      expect(await subjects(store)).toEqual(["2"]);
      await store.trim(at + 100);
      expect(await subjects(store)).toEqual(["2"]);
      await store.append([sampleLine({ subject: "3", at: at + 200 })]);
      const [next] = await store.page({ limit: 1 });
      expect(next?.seq).toBeGreaterThan(newest?.seq ?? Number.POSITIVE_INFINITY);
      await store.trim(at + 100);
      expect(await subjects(store)).toEqual(["3"]);
    });

    // What lives in memory only has nothing to open again, and promises nothing about it.
    if (reopen === undefined) return;

    test("everything acknowledged is there after opening again, and the numbers go on", async () => {
      const store = await opened();
      await store.append([sampleLine({ subject: "1" })]);
      await store.appendCalls([sampleCall({ subject: "2" })]);
      const next = await reopen(store);
      await next.append([sampleLine({ subject: "3" })]);
      expect(await subjects(next)).toEqual(["3", "2", "1"]);
    });
  });
}
