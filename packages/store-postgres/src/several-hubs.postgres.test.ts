import { randomBytes } from "node:crypto";
import { type Clock, HubError, type JournalEvent, Registry, registrationSchema } from "@hub/core";
import type { RegistryStore } from "@hub/core/storage";
import { Postgres } from "@hub/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresStore } from "./open-postgres-store.js";
import type { PostgresStore } from "./postgres-store.js";

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.close());

/** Time stands still: every lease lives. Hubs disagree about what time it is. */
const clockThatSays = (wall: number): Clock => ({ wall: () => wall, monotonic: () => 1_000 });

/** One hub of several, on a store that all of them have open. */
class Hub {
  readonly url: string;
  readonly #clock: Clock;
  /** What it hears of others only when it asks. */
  isDeaf = false;
  #store: PostgresStore | undefined;
  #registry: Registry | undefined;
  told: JournalEvent[] = [];
  firstSeq = 0;

  constructor(url: string, wall: number) {
    this.url = url;
    this.#clock = clockThatSays(wall);
  }

  get registry(): Registry {
    if (this.#registry === undefined) throw new Error("The hub is not open.");
    return this.#registry;
  }

  async open(): Promise<void> {
    const store = await openPostgresStore({ url: this.url });
    this.#store = store;
    this.told = [];
    const { shared } = store;
    const deafable: RegistryStore = {
      load: () => store.load(),
      commit: (write) => store.commit(write),
      journal: (query) => store.journal(query),
      changes: (serverId, query) => store.changes(serverId, query),
      oldestSeq: () => store.oldestSeq(),
      trimJournal: (...kept) => store.trimJournal(...kept),
      trimChanges: (since) => store.trimChanges(since),
      assertWritable: () => store.assertWritable(),
      close: () => store.close(),
      shared: {
        ...shared,
        since: (write, lastSeq) => shared.since(write, lastSeq),
        onNews: (topic, listener) =>
          shared.onNews(topic, () => {
            if (!this.isDeaf) listener();
          }),
      },
    };
    this.#registry = await Registry.open({
      store: deafable,
      clock: this.#clock,
      // Whoever holds a name is alive.
      nothingListens: async () => false,
      newLeaseId: () => randomBytes(16).toString("hex"),
    });
    this.firstSeq = this.#registry.lastSeq;
    this.#registry.subscribe((event) => this.told.push(event));
  }

  async close(): Promise<void> {
    await this.#registry?.drain();
    await this.#store?.close();
  }

  /** As a sweep does every few seconds. */
  async settle(): Promise<void> {
    this.registry.sweep();
    await this.registry.drain();
  }
}

const names = ["Orders", "Billing", "Search"] as const;
const hubs = 3;

type Step =
  | {
      readonly kind: "register";
      readonly hub: number;
      readonly name: (typeof names)[number];
      readonly port: number;
      readonly key?: string;
    }
  | { readonly kind: "renew" | "leave"; readonly hub: number; readonly lease: number }
  | { readonly kind: "remove"; readonly hub: number; readonly name: (typeof names)[number] }
  | { readonly kind: "edit"; readonly hub: number; readonly name: (typeof names)[number] }
  | { readonly kind: "restart" | "deafen" | "hear"; readonly hub: number };

const hub = fc.nat(hubs - 1);
const name = fc.constantFrom(...names);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        kind: fc.constant("register" as const),
        hub,
        name,
        port: fc.integer({ min: 1, max: 3 }),
        key: fc.constant("one key for all of them"),
      },
      { requiredKeys: ["kind", "hub", "name", "port"] },
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("renew" as const, "leave" as const),
      hub,
      lease: fc.nat(9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("remove" as const, "edit" as const), hub, name }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("restart" as const, "deafen" as const, "hear" as const),
      hub,
    }),
  },
);

type Granted = { readonly lease: string; readonly serverId: string; readonly endpoint: string };

/** What a hub may refuse while others write the same names. */
const refusals = new Set(["NAME_TAKEN", "LEASE_UNKNOWN", "SERVER_NOT_FOUND", "REVISION_CONFLICT"]);

test("whatever three hubs do at once: one owner a name, nothing acknowledged lost, every event told once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 8 }),
      async (rounds) => {
        const url = await postgres.newDatabase();
        const all = Array.from(
          { length: hubs },
          (_, index) => new Hub(url, Date.UTC(2026, 10, 28) + index * 3_600_000),
        );
        for (const one of all) await one.open();
        try {
          await play(all, rounds);
        } finally {
          for (const one of all) await one.close();
        }
      },
    ),
    { numRuns: Math.max(10, Math.round(Number(process.env.HUB_PROPERTY_RUNS ?? 200) / 20)) },
  );
});

async function play(all: readonly Hub[], rounds: readonly (readonly Step[])[]): Promise<void> {
  const granted: Granted[] = [];
  const keyless = new Map<string, Set<string>>();
  const at = (index: number) => all[index] as Hub;
  const run = async (one: Step): Promise<void> => {
    if (one.kind === "deafen" || one.kind === "hear") {
      at(one.hub).isDeaf = one.kind === "deafen";
      return;
    }
    if (one.kind === "restart") return;
    const { registry } = at(one.hub);
    if (one.kind === "register") {
      const endpoint = `http://127.0.0.1:${9_000 + one.port}/mcp`;
      const { key: serviceKey } = one;
      const said = { name: one.name, transport: "http", endpoint, serviceKey } as const;
      const { entry, lease } = await registry.register(registrationSchema.parse(said));
      if (lease === undefined) return;
      granted.push({ lease: lease.id, serverId: entry.record.id, endpoint });
      if (serviceKey === undefined)
        keyless.set(entry.record.id, (keyless.get(entry.record.id) ?? new Set()).add(endpoint));
    } else if (one.kind === "renew" || one.kind === "leave") {
      const { lease } = granted[one.lease % Math.max(1, granted.length)] ?? {};
      if (lease === undefined) return;
      if (one.kind === "renew") registry.renew(lease);
      else await registry.deregister(lease);
    } else if (one.kind === "remove") {
      await registry.remove(one.name.toLowerCase());
    } else if (one.kind === "edit") {
      await registry.edit(one.name.toLowerCase(), { title: randomBytes(4).toString("hex") });
    }
  };
  for (const steps of rounds) {
    keyless.clear();
    await Promise.all(
      steps.map((one) =>
        run(one).catch((error: unknown) => {
          if (!HubError.is(error) || !refusals.has(error.code)) throw error;
        }),
      ),
    );
    const isKept = !steps.some(({ kind }) => kind === "leave" || kind === "remove");
    // Nobody gave a name back, so no two of them got it in this round.
    if (isKept) for (const endpoints of keyless.values()) expect(endpoints.size).toBe(1);
    for (const one of steps)
      if (one.kind === "restart") {
        await at(one.hub).close();
        await at(one.hub).open();
      }
  }
  for (const one of all) await one.settle();
  for (const one of all) await one.settle();
  const store = await openPostgresStore({ url: at(0).url });
  const stored = await store.load();
  const journal = await store.journal({ order: "oldest-first", limit: 10_000 });
  await store.close();
  expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1));
  for (const one of all) {
    expect(one.registry.list().map(({ record }) => record)).toEqual(stored.entries);
    expect(one.told).toEqual(journal.filter(({ seq }) => seq > one.firstSeq));
    expect(one.registry.lastSeq).toBe(stored.lastSeq);
  }
}
