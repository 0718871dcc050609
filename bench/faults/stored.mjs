// Looks at what a store has while no hub has it open, and holds it against what was acknowledged.
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openPostgresStore } from "../../packages/store-postgres/dist/index.js";
import { openSqliteStore } from "../../packages/store-sqlite/dist/index.js";
import { newFolder } from "./stage.mjs";

/** The file, by way of a copy on another disk, since the hub itself must recover the original. */
export async function checkFile(folder, ledger) {
  const copy = newFolder();
  mkdirSync(copy, { recursive: true });
  for (const name of ["hub.db", "hub.db-wal", "hub.db-journal", "hub.db.owner.json"]) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  }
  const faults = await check(ledger, (log) => openSqliteStore({ file: join(copy, "hub.db"), log }));
  rmSync(copy, { recursive: true, force: true });
  return faults;
}

export const checkDatabase = (url, ledger) =>
  check(ledger, (log) => openPostgresStore({ url, log }));

/** Opening it runs the store's own checks. Returns one sentence a fault, by kind. */
async function check(ledger, open) {
  const torn = [];
  const log = {
    info() {},
    warn(event) {
      // A last write that was cut off was never acknowledged; the ledger shows whether that is true.
      if (event !== "store-tail-dropped") torn.push(`the store warned: ${event}`);
    },
  };
  let store;
  try {
    store = await open(log);
    const { entries, lastSeq } = await store.load();
    const faults = ledger.compare(
      entries.map(({ name, profile }) => ({ name, version: profile.version })),
    );
    const events = await store.journal({ order: "oldest-first", limit: 10_000_000 });
    const isContiguous = events.every((event, index) => event.seq === index + 1);
    if (!isContiguous || events.length !== lastSeq)
      torn.push(`the journal has ${events.length} events and its last number is ${lastSeq}`);
    const registered = new Set(
      events.filter(({ kind }) => kind === "registered").map(({ serverId }) => serverId),
    );
    for (const { id, name } of entries)
      if (!registered.has(id)) torn.push(`${name} is there, but the journal does not tell of it`);
    return { lost: faults.lost, torn: [...torn, ...faults.torn] };
  } catch (error) {
    return { lost: [], torn: [...torn, error.message] };
  } finally {
    await store?.close();
  }
}
