// What the crash test looks at after each kill, on a copy: the hub itself must recover the original.
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openSqliteStore } from "../packages/store-sqlite/dist/index.js";

/**
 * Opens a copy of the file, which runs SQLite's own check and the checksum of every entry, and holds it
 * against the ledger. Returns one sentence a fault, by kind.
 */
export async function checkFile(folder, ledger) {
  const copy = join(folder, "..", "copy");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const name of ["hub.db", "hub.db-wal", "hub.db-journal", "hub.db.owner.json"]) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copy, name));
  }
  const faults = { lost: [], torn: [] };
  const log = {
    info() {},
    warn(event) {
      // A last write that was cut off was never acknowledged; the ledger shows whether that is true.
      if (event !== "store-tail-dropped") faults.torn.push(`the store warned: ${event}`);
    },
  };
  let store;
  try {
    store = await openSqliteStore({ file: join(copy, "hub.db"), log });
    const { entries, lastSeq } = await store.load();
    compare(ledger, new Map(entries.map((entry) => [entry.name, entry.profile.version])), faults);
    const events = await store.journal({ order: "oldest-first", limit: 10_000_000 });
    const isContiguous = events.every((event, index) => event.seq === index + 1);
    if (!isContiguous || events.length !== lastSeq)
      faults.torn.push(`the journal has ${events.length} events and its last number is ${lastSeq}`);
    for (const entry of entries) {
      if (!events.some((event) => event.kind === "registered" && event.serverId === entry.id))
        faults.torn.push(`${entry.name} is there, but the journal does not tell of it`);
    }
  } catch (error) {
    faults.torn.push(error.message);
  } finally {
    await store?.close();
  }
  return faults;
}

/** The list as a hub that was started again gives it. */
export async function checkAnswer(url, ledger) {
  const faults = { lost: [], torn: [] };
  const response = await fetch(`${url}/servers`);
  const { servers } = await response.json();
  compare(ledger, new Map(servers.map((server) => [server.name, server.version])), faults);
  return faults;
}

function compare(ledger, stored, faults) {
  for (const [name, version] of ledger.acknowledged) {
    const found = Number(stored.get(name) ?? 0);
    if (found < version)
      faults.lost.push(
        `${name}: version ${version} was acknowledged, ${found || "nothing"} is stored`,
      );
  }
  for (const [name, version] of stored) {
    if (!(Number(version) <= (ledger.sent.get(name) ?? 0)))
      faults.torn.push(`${name}: version ${version} is stored and was never sent`);
  }
}
