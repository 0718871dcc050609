import type { HubStore } from "@hub/core";
import { type SeriesKind, seriesKinds } from "@hub/core/past";
import type { ArchiveRow, AuditRecord, StoreArchive } from "@hub/core/storage";
import {
  capabilitiesChanged,
  creating,
  sampleCredential,
  sampleLine,
  sampleRecord,
  sampleRow,
  sampleSnapshot,
  sampleToken,
  sampleToolset,
  telling,
} from "@hub/core/testing";
import fc from "fast-check";

/** One thing that somebody does with a store. */
type Deed = (store: HubStore) => Promise<unknown>;

const id = fc.constantFrom("a", "b", "weather", "zebra-9", "Ä-1", "öäü");
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 30 }),
  fc.constant("\u0000\ud800“日本\n"),
);
const at = fc.integer({ min: 0, max: 2_000_000_000_000 });
const json = fc.dictionary(text, fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<never>);

const line: fc.Arbitrary<AuditRecord> = fc
  .record({
    at: fc.double({ min: 0, max: 2e12, noNaN: true }),
    subject: text,
    after: json,
    isCall: fc.boolean(),
  })
  .map(({ isCall, ...more }) =>
    sampleLine({ ...more, ...(isCall ? { action: "call", outcome: "ok" } : {}) }),
  );

const deed: fc.Arbitrary<Deed> = fc.oneof(
  id.map(
    (one): Deed =>
      (store) =>
        store.commit(creating(one)),
  ),
  fc.tuple(id, fc.uniqueArray(text, { maxLength: 3 })).map(
    ([one, tools]): Deed =>
      async (store) => {
        const { entries, snapshots } = await store.load();
        const known = entries.find((entry) => entry.id === one);
        if (known === undefined) return;
        const snapshot = sampleSnapshot(...tools);
        const record = sampleRecord(one, known.version + 1);
        await store.commit({
          entries: [{ record, basedOn: known.version }],
          removed: [],
          snapshots: [{ serverId: one, snapshot }],
          events: [capabilitiesChanged(one, snapshots.get(one), snapshot)],
        });
      },
  ),
  id.map(
    (one): Deed =>
      async (store) => {
        const known = (await store.load()).entries.find((entry) => entry.id === one);
        if (known === undefined) return;
        const removed = [{ id: one, basedOn: known.version }];
        await store.commit({ entries: [], removed, snapshots: [], events: [] });
      },
  ),
  fc.integer({ min: 1, max: 70 }).map(
    (count): Deed =>
      (store) =>
        store.commit(telling(count)),
  ),
  fc.integer({ min: 0, max: 3 }).map(
    (keep): Deed =>
      (store) =>
        store.trimJournal(keep),
  ),
  id.map(
    (one): Deed =>
      (store) =>
        store.toolsets.put(sampleToolset(one), undefined),
  ),
  fc.tuple(id, fc.boolean()).map(
    ([key, isUsed]): Deed =>
      (store) =>
        store.sessions.write({ put: [{ key, peer: "p", isUsed, sealed: key }], removed: [key] }),
  ),
  fc.tuple(id, at).map(
    ([key, expiresAt]): Deed =>
      (store) =>
        store.signIns.write({
          put: [{ key, owner: "person:a", expiresAt: expiresAt + 0.25, sealed: key }],
          removed: [key],
        }),
  ),
  fc.tuple(id, line).map(
    ([one, by]): Deed =>
      (store) =>
        store.tokens.add(sampleToken(one), by),
  ),
  fc.tuple(id, fc.constantFrom("X-Key", "Authorization"), line).map(
    ([one, name, by]): Deed =>
      (store) =>
        store.credentials.put([sampleCredential(one, name)], by),
  ),
  fc.array(line, { maxLength: 60 }).map(
    (lines): Deed =>
      (store) =>
        store.audit.append(lines),
  ),
  at.map(
    (before): Deed =>
      (store) =>
        store.audit.trim(before),
  ),
  fc.tuple(fc.constantFrom<SeriesKind>(...seriesKinds), id, at, json, id).map(
    ([kind, serverId, when, value, item]): Deed =>
      (store) =>
        store.series.put([sampleRow({ kind, serverId, at: when, value, item })]),
  ),
);

/** What people and servers did with a hub, in any order. */
export const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(deed, { maxLength: 40 });

/** One of each kind, and some more. */
export const everything: readonly Deed[] = [
  (store) => store.commit(creating("a", "b")),
  (store) =>
    store.commit({
      entries: [{ record: sampleRecord("a", 2), basedOn: 1 }],
      removed: [],
      snapshots: [{ serverId: "a", snapshot: sampleSnapshot("add", "sum") }],
      events: [capabilitiesChanged("a", undefined, sampleSnapshot("add", "sum"))],
    }),
  (store) => store.toolsets.put(sampleToolset("desk"), undefined, sampleLine()),
  (store) =>
    store.sessions.write({
      put: ["k2", "k1"].map((key) => ({ key, peer: "p", isUsed: true, sealed: `sealed-${key}` })),
      removed: [],
    }),
  (store) =>
    store.signIns.write({
      put: [{ key: "c", owner: "person:a", expiresAt: 1.5, sealed: "sealed" }],
      removed: [],
    }),
  (store) => store.tokens.add(sampleToken("a")),
  (store) => store.credentials.put([sampleCredential("a", "Authorization")]),
  (store) => store.audit.append([sampleLine({ action: "call", outcome: "ok" })]),
  (store) => store.series.put([sampleRow(), sampleRow({ kind: "status", serverId: "" })]),
];

/** The order of an object's members is nothing that is kept. */
const inOneOrder = (_: string, value: unknown) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value;

/** All rows of a store in one order, as texts. */
export async function rowsOf(archive: Pick<StoreArchive, "rows">): Promise<readonly string[]> {
  const texts: string[] = [];
  const places = new Map<ArchiveRow["kind"], number>();
  for await (const row of archive.rows()) {
    // Sessions and sign-ins have an order, which counts.
    const isOrdered = row.kind === "session" || row.kind === "sign-in";
    const place = isOrdered ? (places.get(row.kind) ?? 0) : 0;
    places.set(row.kind, place + 1);
    texts.push(`${row.kind} ${place} ${JSON.stringify(row.value, inOneOrder)}`);
  }
  return texts.sort();
}
