import {
  type HubIdentity,
  type HubOnStore,
  type HubReport,
  hubTimes,
  type Pulse,
  type Pulsed,
  type SharedHubs,
} from "@hub/core/storage";
import type { Database, Queries } from "./database.js";
import type { NewsListener } from "./news-listener.js";

const agoMs = (instant: string) =>
  `(extract(epoch FROM clock_timestamp() - ${instant}) * 1000)::double precision`;
const isLiving = `seen_at >= clock_timestamp() - interval '${hubTimes.gone} milliseconds'`;
const isInContact = `seen_at >= clock_timestamp() - interval '${hubTimes.contact} milliseconds'`;

/** A hub that was away for less learns what went from the list of what went. */
const keepRemovedMs = 3_600_000;

/** The advisory locks that say whose connection stands. */
const presence = 1_296_257_096;

type KeyRow = { readonly keyId: string | null };
const keyOf = `SELECT key_id AS "keyId" FROM hub_state`;

/** Where the hubs on one database meet. What is when, its clock says. */
export class PostgresHubs implements SharedHubs {
  readonly #database: Database;
  readonly #news: Pick<NewsListener, "hold">;
  #heldFor: string | undefined;

  /** `news`: the connection that a hub keeps for as long as its process lives. */
  constructor(database: Database, news: Pick<NewsListener, "hold">) {
    this.#database = database;
    this.#news = news;
  }

  async pulse(pulse: Pulse): Promise<Pulsed> {
    await this.#beSeen(pulse.hub.id);
    return this.#database.transaction(async (queries) => {
      // A sign of life that a crash of the database takes back is followed by the next. Who joins waits for the disk.
      await queries.run("SET LOCAL synchronous_commit TO off");
      const isKnown = !pulse.isJoining && (await keepSeen(queries, pulse));
      const joined = isKnown ? undefined : await join(queries, pulse);
      const { hub, report, isUrgent } = pulse;
      if (report !== undefined)
        await queries.run(
          `INSERT INTO hub_reports (hub_id, number, at, report)
           VALUES ($1, $2, clock_timestamp() - $3 * interval '1 millisecond', $4)
           ON CONFLICT (hub_id, number) DO NOTHING`,
          [hub.id, report.number, report.agoMs, report.text],
        );
      const hubs = await hubsNow(queries);
      const reports = await unread(queries, pulse);
      if (isUrgent || joined !== undefined)
        await queries.rows("SELECT pg_notify('mcp_hub', 'hubs')");
      const [clock] = await queries.rows<{ readonly wall: number }>(
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS wall",
      );
      return { wall: clock?.wall ?? Date.now(), hubs, joined, reports };
    });
  }

  async leave(hubId: string): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await queries.run("DELETE FROM hubs WHERE id = $1", [hubId]);
      await queries.rows("SELECT pg_notify('mcp_hub', 'hubs')");
    });
  }

  connected(): Promise<ReadonlySet<string>> {
    return this.#database.query(async (queries) => {
      const rows = await queries.rows<{ readonly id: string }>(
        `SELECT id FROM hubs WHERE EXISTS (
           SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
           WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 2 AND granted
             AND classid::bigint = $1 AND objid::bigint = hashtext(id)::bigint & 4294967295)`,
        [presence],
      );
      return new Set(rows.map(({ id }) => id));
    });
  }

  async salt(): Promise<string> {
    const [state] = await this.#database.query((queries) =>
      queries.rows<{ readonly salt: string }>("SELECT salt FROM hub_state"),
    );
    if (state === undefined) throw new Error("The table hub_state is empty.");
    return state.salt;
  }

  async keyId(): Promise<string | undefined> {
    const [state] = await this.#database.query((queries) => queries.rows<KeyRow>(keyOf));
    return state?.keyId ?? undefined;
  }

  async claimKey(keyId: string): Promise<string> {
    return this.#database.transaction(async (queries) => {
      await queries.run("UPDATE hub_state SET key_id = $1 WHERE key_id IS NULL", [keyId]);
      const [state] = await queries.rows<KeyRow>(keyOf);
      return state?.keyId ?? keyId;
    });
  }

  /** Holds the lock that says so. Without it a hub that joins does not wait for this one; nothing else is different. */
  async #beSeen(hubId: string): Promise<void> {
    if (this.#heldFor === hubId) return;
    this.#heldFor = hubId;
    await this.#news.hold({ kind: presence, name: hubId }).catch(() => {});
  }

  async tidy(): Promise<void> {
    await this.#database.query(async (queries) => {
      await queries.run(
        `DELETE FROM hubs WHERE seen_at < clock_timestamp() - interval '${hubTimes.shown} milliseconds'`,
      );
      await queries.run(
        `DELETE FROM hub_reports WHERE at < clock_timestamp() - interval '${hubTimes.kept} milliseconds'`,
      );
      await queries.run(
        `WITH gone AS (
           DELETE FROM removed_entries WHERE removed_at < clock_timestamp() - $1 * interval '1 millisecond'
           RETURNING write
         )
         UPDATE hub_state SET removed_until = greatest(removed_until, (SELECT max(write) FROM gone))
         WHERE EXISTS (SELECT 1 FROM gone)`,
        [keepRemovedMs],
      );
    });
  }
}

/** False for a hub that was silent for so long that others may not count on it any more. */
async function keepSeen(queries: Queries, { hub, report }: Pulse): Promise<boolean> {
  const changed = await queries.run(
    `UPDATE hubs SET seen_at = clock_timestamp(), reports = greatest(reports, $2)
     WHERE id = $1 AND ${isInContact}`,
    [hub.id, report?.number ?? 0],
  );
  return changed > 0;
}

async function join(queries: Queries, { hub, report }: Pulse): Promise<"alone" | "beside-others"> {
  await queries.run("SET LOCAL synchronous_commit TO on");
  // One after the other, and after whoever is just saying that it lives.
  await queries.run("LOCK TABLE hubs IN SHARE ROW EXCLUSIVE MODE");
  const others = await queries.rows(`SELECT 1 FROM hubs WHERE id <> $1 AND ${isLiving}`, [hub.id]);
  const isAlone = others.length === 0;
  await queries.run(
    `INSERT INTO hubs (id, address, version, started_at, seen_at, joined_at, reports, key_id)
     SELECT $1, $2, $3, $4, now, now - $6 * interval '1 millisecond', $5, $7
     FROM (SELECT clock_timestamp() AS now) AS clock
     ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at, joined_at = excluded.joined_at,
       key_id = excluded.key_id, reports = greatest(hubs.reports, excluded.reports)`,
    [
      hub.id,
      hub.address ?? null,
      hub.version,
      hub.startedAt,
      report?.number ?? 0,
      isAlone ? hubTimes.contact : 0,
      hub.keyId ?? null,
    ],
  );
  return isAlone ? "alone" : "beside-others";
}

type HubRow = Omit<HubOnStore, "address"> & { readonly address: HubIdentity["address"] | null };

async function hubsNow(queries: Queries): Promise<readonly HubOnStore[]> {
  const rows = await queries.rows<HubRow>(
    `SELECT id, address, version, started_at AS "startedAt", reports,
       ${agoMs("seen_at")} AS "seenAgoMs", ${agoMs("joined_at")} AS "joinedAgoMs",
       coalesce(key_id <> (SELECT key_id FROM hub_state), false) AS "hasAnotherKey"
     FROM hubs WHERE seen_at >= clock_timestamp() - interval '${hubTimes.shown} milliseconds' ORDER BY id`,
  );
  return rows.map(({ address, ...row }) => (address === null ? row : { ...row, address }));
}

function unread(queries: Queries, { hub, read }: Pulse): Promise<readonly HubReport[]> {
  return queries.rows<HubReport>(
    `SELECT hub_id AS "hubId", number, ${agoMs("at")} AS "agoMs", report AS text
     FROM hub_reports LEFT JOIN unnest($2::text[], $3::bigint[]) AS known (id, last) ON id = hub_id
     WHERE hub_id <> $1 AND number > coalesce(last, 0)
       AND at >= clock_timestamp() - interval '${hubTimes.kept} milliseconds'
     ORDER BY hub_id, number`,
    [hub.id, [...read.keys()], [...read.values()]],
  );
}
