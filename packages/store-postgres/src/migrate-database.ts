import { queriesOf } from "./database.js";
import { connectAlone, inTransaction } from "./lone-connection.js";
import { migrate, readVersion, schemaVersion } from "./migrations.js";
import { cannotOpen, newerSchema } from "./refusals.js";

/** The version that the tables of a database have, and the one that this hub writes. */
export type SchemaVersions = { readonly from: number; readonly to: number };

/**
 * Brings the tables of a database up to date, as a hub does when it starts, but in as much time as that takes. Doing so
 * twice changes nothing. `isLook` leaves them as they are. Throws STORE_UNAVAILABLE when the database cannot be reached
 * or is of a newer hub.
 */
export async function migrateDatabase(
  url: string,
  { isLook = false }: { readonly isLook?: boolean } = {},
): Promise<SchemaVersions> {
  const client = await connectAlone(url);
  const queries = queriesOf(client);
  try {
    const from = isLook
      ? await readVersion(queries)
      : await inTransaction(client, "BEGIN", () => migrate(queries));
    if (from > schemaVersion) throw newerSchema(from, schemaVersion);
    return { from, to: schemaVersion };
  } catch (error) {
    throw cannotOpen(error);
  } finally {
    await client.end();
  }
}
