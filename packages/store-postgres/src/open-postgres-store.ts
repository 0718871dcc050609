import { BudgetBook } from "@hub/core";
import { Database } from "./database.js";
import { migrate } from "./migrations.js";
import { NewsListener } from "./news-listener.js";
import { PostgresStore, type StoreLog } from "./postgres-store.js";
import { cannotOpen, tooOld } from "./refusals.js";
import { causeOf } from "./unavailable.js";

export type PostgresStoreOptions = {
  /** `postgres://user:password@host:port/database`, and what else `pg` takes there, such as `?sslmode=verify-full`. */
  readonly url: string;
  /** Default: the table's. */
  readonly budgets?: BudgetBook | undefined;
  readonly log?: StoreLog | undefined;
};

/** `pg_xact_status`, which says whether a broken connection had committed. */
const oldestServer = 130_000;

/**
 * Opens the catalogue in a Postgres database, and makes its tables when they are missing. Any number of hubs may
 * have it open. Throws STORE_UNAVAILABLE when it cannot be reached or written, or is of a newer hub.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<PostgresStore> {
  const { url, log, budgets = new BudgetBook() } = options;
  let isFailing = false;
  const database = new Database(url, {
    onFailing: (error) => {
      if (!isFailing) log?.warn("store-failing", { error: causeOf(error) });
      isFailing = true;
    },
    onWorking: () => {
      if (isFailing) log?.info("store-works-again", {});
      isFailing = false;
    },
  });
  const news = new NewsListener(url);
  try {
    await database.task(async (queries) => {
      const [server] = await queries.rows<{ readonly number: string; readonly name: string }>(
        "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name",
      );
      if (Number(server?.number) < oldestServer) throw tooOld(server?.name ?? "");
      await migrate(queries);
    });
    await news.start();
    return await PostgresStore.open(database, news, budgets);
  } catch (error) {
    await news.close();
    await database.close();
    // What the database said, rather than what callers of a running hub are told.
    throw cannotOpen(error instanceof Error && error.cause !== undefined ? error.cause : error);
  }
}
