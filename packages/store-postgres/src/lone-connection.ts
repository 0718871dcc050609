import { Socket } from "node:net";
import pg from "pg";
import { types } from "./database.js";
import { cannotOpen } from "./refusals.js";

/** What a database calls such connections; those of hubs have other names. */
export const applicationName = "mcp-hub copy";

/**
 * A connection for a task of its own, which may take as long as it takes. Throws STORE_UNAVAILABLE when the database
 * cannot be reached.
 */
export async function connectAlone(url: string): Promise<pg.Client> {
  const socket = new Socket();
  const client = new pg.Client({
    stream: () => socket,
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    // For locks alone: how long a copy takes depends on how much there is.
    lock_timeout: 5_000,
    keepAlive: true,
    types,
  });
  // The statement that waits for its answer rejects.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (error) {
    // The driver leaves it open where it gave up itself.
    socket.destroy();
    throw cannotOpen(error);
  }
}

/** Runs it between `begin` and COMMIT. */
export async function inTransaction<Result>(
  client: pg.Client,
  begin: string,
  run: () => Promise<Result>,
): Promise<Result> {
  await client.query(begin);
  try {
    const result = await run();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
