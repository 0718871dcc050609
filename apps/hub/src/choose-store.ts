import { join } from "node:path";
import type { HubStore } from "@hub/core";
import type { StoreContext } from "@hub/server";
import { openSqliteStore } from "@hub/store-sqlite";
import { shortPath } from "./short-path.js";

export type StorePlace = {
  /** A Postgres database, which several hubs may share. Default: the file `hub.db` in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly dataDir: string;
};

/** Opens the store that the configuration names. Rejects with STORE_UNAVAILABLE, which says what to do. */
export async function openStore(
  { databaseUrl, dataDir }: StorePlace,
  context: Partial<StoreContext> & { readonly acceptDataLoss?: boolean },
): Promise<HubStore> {
  if (databaseUrl === undefined)
    return openSqliteStore({ ...context, file: join(dataDir, "hub.db") });
  // Most hubs need no driver for Postgres.
  const { openPostgresStore } = await import("@hub/store-postgres");
  return openPostgresStore({ ...context, url: databaseUrl });
}

/** For people: where the store is, without a password. */
export function storeText({ databaseUrl, dataDir }: StorePlace): string {
  if (databaseUrl === undefined) return shortPath(join(dataDir, "hub.db"));
  const { host, pathname } = new URL(databaseUrl);
  return `postgres://${host}${pathname}`;
}
