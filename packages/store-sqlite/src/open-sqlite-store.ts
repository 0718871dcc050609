import { setTimeout as sleep } from "node:timers/promises";
import type { BudgetBook } from "@hub/core";
import type { Connection } from "./connection.js";
import { createFile, moveAside, preparePlace, syncFolder } from "./data-file.js";
import { type Inspection, inspect } from "./inspect.js";
import { livingOwner } from "./lock-owner.js";
import { openConnection } from "./open-connection.js";
import { inUse } from "./refusals.js";
import { SqliteStore, type StoreLog } from "./sqlite-store.js";

export type SqliteStoreOptions = {
  /** Made, with its directory, when it is missing. */
  readonly file: string;
  readonly log?: StoreLog | undefined;
  /** How much of histories and journal is kept. Default: the table's. */
  readonly budgets?: BudgetBook | undefined;
  /**
   * Starts with what is left when something acknowledged may be missing, instead of throwing. What
   * cannot be used is set aside, not deleted. Default: false.
   */
  readonly acceptDataLoss?: boolean | undefined;
};

/** A hub that is just stopping gets this long to give the file back. */
const patienceMs = 1_000;

/**
 * Files this process has open. Besides saying so, it keeps the process from reading such a file: on
 * POSIX systems closing any handle on a file ends all locks its process holds on it.
 */
const openHere = new Set<string>();

/**
 * Opens the catalogue in an SQLite file, and locks it for this process.
 * Throws STORE_UNAVAILABLE, leaving every byte as it is, when another process has it, when it is
 * damaged or incomplete, of another program or of a newer hub, or when it cannot be written.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  return new SqliteStore({ ...options, ...(await openLocked(options)) });
}

/** A file that this process alone has open, with the newest schema. `onClosed` is called when it is closed. */
export type LockedFile = {
  readonly file: string;
  readonly connection: Connection;
  readonly onClosed: () => void;
};

/** Opens the file and locks it. Throws as `openSqliteStore` does. */
export async function openLocked(options: SqliteStoreOptions): Promise<LockedFile> {
  const file = preparePlace(options.file);
  if (openHere.has(file)) throw inUse(file, livingOwner(file));
  openHere.add(file);
  const onClosed = () => openHere.delete(file);
  try {
    return { file, connection: await openPatiently(file, options), onClosed };
  } catch (error) {
    onClosed();
    throw error;
  }
}

async function openPatiently(
  file: string,
  { log, acceptDataLoss = false }: SqliteStoreOptions,
): Promise<Connection> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = inspect(file);
    if (found.kind === "incomplete" && !acceptDataLoss) throw found.refusal;
    if (found.kind === "incomplete") goOnWithout(file, found, log);
    // Without the log of another database, the file has to be looked at again.
    if (found.kind === "incomplete" && found.use === "without-log") continue;
    const inspection = found.kind === "incomplete" ? withWhatIsLeft(found) : found;
    const isLate = performance.now() > giveUpAt;
    if (inspection.kind === "refused" && (inspection.isCertain || isLate)) throw inspection.refusal;
    if (inspection.kind === "new") createFile(file);
    if (inspection.kind === "new" || inspection.kind === "usable") {
      const connection = openConnection(file);
      if (connection !== undefined) {
        if (inspection.kind === "new") syncFolder(file);
        else if (inspection.isTorn) warnOfTorn(file, log);
        return connection;
      }
    }
    if (isLate) throw inUse(file, livingOwner(file));
    // Two hubs that start at the same moment hold each other up for as long as they look; chance
    // lets one of them go first.
    await sleep(20 + Math.random() * 60);
  }
}

type Incomplete = Extract<Inspection, { kind: "incomplete" }>;

/** What lies beside the file and is not used. */
const unused: Readonly<Record<Incomplete["use"], readonly string[]>> = {
  "as-it-is": [],
  anew: ["-wal", "-shm", "-journal"],
  "without-log": ["-wal"],
};

/** Somebody decided to start with what is left. What SQLite would delete or mix in is kept beside it. */
function goOnWithout(file: string, { refusal, use }: Incomplete, log: StoreLog | undefined): void {
  const setAside = moveAside(file, unused[use]);
  log?.warn("data-loss-accepted", { file, found: refusal.message, setAside });
}

function withWhatIsLeft({ use }: Incomplete): Extract<Inspection, { kind: "new" | "usable" }> {
  return use === "anew" ? { kind: "new" } : { kind: "usable", isTorn: false };
}

function warnOfTorn(file: string, log: StoreLog | undefined): void {
  log?.warn("store-tail-dropped", { file });
}
