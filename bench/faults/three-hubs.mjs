// Three hubs on one Postgres while something is done to them: programs register at all three, rivals want the same
// names at different hubs, clients of both revisions call a server, and event streams are read at each hub.
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sleep } from "../gateway/processes.mjs";
import { Caller, startCalls } from "./caller.mjs";
import { startClaims, wrongOwners } from "./claims.mjs";
import { atLeast, atMost, greatest, none, told } from "./figures.mjs";
import { Server } from "./servers.mjs";
import { Hub, isUp, newFolder, until } from "./stage.mjs";
import { checkDatabase } from "./stored.mjs";
import { heldToJournal, listenToEvents } from "./told-events.mjs";
import { Ledger, startWrites } from "./writes.mjs";

/** What the guides promise of a change that cannot be stored. */
const refusedWithinMs = 5_000;

/** Hubs that know each other, with the settings of each, on the same database. */
export async function startHubs(settings) {
  const key = join(newFolder(), "secret.key");
  mkdirSync(dirname(key), { recursive: true });
  writeFileSync(key, randomBytes(32), { mode: 0o600 });
  // They reach each other at a port that the system chooses.
  const shared = { MCP_HUB_SECRET_KEY_FILE: key, MCP_HUB_PEER_URL: "http://127.0.0.1:0" };
  const hubs = [];
  for (const one of settings) hubs.push(await Hub.start({ ...shared, ...one }));
  await working(hubs);
  return hubs;
}

/** Until each of them sees that all of them take their part. */
export async function working(hubs) {
  for (const hub of hubs)
    await until("the hubs to know each other", async () => {
      const known = (await hub.get("/hubs")).hubs;
      return known.filter(({ state }) => state === "working").length === hubs.length;
    });
}

/**
 * Resolves with the figures. `settings` are those of each hub, `url` leads to their database without a detour, and
 * `disturb(hubs)` does what is to be borne; what it resolves with is among the figures. Nothing may fail but
 * registrations that are refused in time.
 */
export async function underLoad({ settings, url, disturb }) {
  const hubs = await startHubs(settings);
  const urls = hubs.map((hub) => hub.url);
  const server = new Server("steady", { era: "modern", hubUrl: urls.join(",") });
  await server.start();
  for (const hub of hubs) await isUp(hub, server.name);

  const streams = await Promise.all(hubs.map(listenToEvents));
  const ledger = new Ledger();
  const writes = startWrites({ urls, callers: 6, ledger, goesOn: true });
  const claims = await startClaims(urls, 4);
  const callers = urls.flatMap((one) => [new Caller(one, "modern"), new Caller(one, "legacy")]);
  const calling = startCalls(callers, [server.name], 20);
  await writes.flowing;
  const own = await disturb(hubs);
  await sleep(1_000);
  const written = await writes.stop();
  const claimed = await claims.stop();
  const calls = await calling.stop();

  for (const hub of hubs)
    await until("the hubs to be ready", async () => (await fetch(`${hub.url}/readyz`)).ok);
  const faults = { lost: [], torn: [], owners: [], events: [] };
  for (const [index, hub] of hubs.entries()) {
    // What one hub stored is in the lists of all within a second; this machine may be busy.
    await until(
      "the lists to have what was acknowledged",
      async () => ledger.compare(await hub.servers()).lost.length === 0,
      5_000,
    ).catch(() => undefined);
    const { lost, torn } = ledger.compare(await hub.servers());
    faults.lost.push(...lost);
    faults.torn.push(...torn);
    faults.owners.push(...(await wrongOwners(hub, claimed.holders)));
    faults.events.push(...(await heldToJournal(hub, streams[index])));
  }
  const journal = await hubs[0].events();
  const flaps = journal.filter(
    ({ serverId, kind, to }) =>
      serverId === server.name && kind === "status-changed" && to !== "up",
  );
  await server.end("SIGTERM");
  for (const hub of hubs) await hub.stop();
  const stored = await checkDatabase(url, ledger);
  return [
    ...own,
    atLeast("registrations acknowledged", written.acknowledged, 10),
    none("acknowledged and lost", [...faults.lost, ...stored.lost]),
    none("torn, or never sent", [...faults.torn, ...stored.torn]),
    none("answers that should not have come", written.wrong),
    told("registrations refused meanwhile", written.refusals.length),
    atMost(
      "longest until such a refusal",
      greatest(written.refusals) / 1_000,
      refusedWithinMs / 1_000,
      "s",
    ),
    atLeast("names taken by one of two rivals", claimed.taken, 10),
    none("names with two owners", [...claimed.wrong, ...faults.owners]),
    none("events told twice, not at all, or in another order", faults.events),
    atLeast("calls through the hubs meanwhile", calls.length, 100),
    none(
      "failed calls",
      calls.filter(({ error }) => error !== undefined).map(({ error }) => error.message),
    ),
    none(
      "changes of the called server's status",
      flaps.map(({ from, to }) => `${from} to ${to}`),
    ),
  ];
}
