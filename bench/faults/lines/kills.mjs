// A hub is killed with SIGKILL at a random moment, while it is written to as fast as it takes it or while it starts,
// and every registration that it acknowledged is looked for in the store, and at the hub that starts next.
import { rmSync } from "node:fs";
import { sleep } from "../../gateway/processes.mjs";
import { Postgres } from "../../postgres.mjs";
import { atLeast, none, quantile, told } from "../figures.mjs";
import { atEnd, Hub } from "../stage.mjs";
import { checkDatabase, checkFile } from "../stored.mjs";
import { Ledger, startWrites } from "../writes.mjs";

const callers = 16;
/** A new store after so many kills, so that the first start on an empty one is killed too. */
const killsPerStore = 25;
/** One kill of so many hits the start itself: recovery, migration, loading. */
const startKillEvery = 8;
/** The kill comes after so many acknowledgements and so much time, each at random up to: */
const mostBeforeKill = 200;
const longestAfterMs = 100;

class Kills {
  acknowledged = 0;
  kills = 0;
  startKills = 0;
  lost = [];
  torn = [];
  wrong = [];
  bootMs = [];

  async onStore(hub, most, check) {
    const ledger = new Ledger();
    for (let kill = 1; kill <= most; kill += 1) {
      if (this.kills % startKillEvery === startKillEvery - 1) await this.#killStart(hub);
      else await this.#killUnderWrites(hub, ledger);
      this.kills += 1;
      this.#note(await check(hub, ledger));
    }
    // The last start on a store is ended as an operator would.
    await this.#start(hub, ledger);
    await hub.stop();
    this.#note(await check(hub, ledger));
  }

  async #start(hub, ledger) {
    this.bootMs.push(await hub.start());
    this.#note(ledger.compare(await hub.servers()));
  }

  async #killStart(hub) {
    this.startKills += 1;
    await hub.launch();
    await sleep(Math.random() * quantile(this.bootMs, 0.5));
    await hub.kill();
  }

  async #killUnderWrites(hub, ledger) {
    await this.#start(hub, ledger);
    const enough = 1 + Math.floor(Math.random() * mostBeforeKill);
    const writes = startWrites({ urls: [hub.url], callers, ledger, enough });
    await Promise.race([writes.flowing, writes.stopped]);
    await Promise.race([sleep(Math.random() * longestAfterMs), writes.stopped]);
    if (!hub.isRunning) throw new Error("the hub ended by itself");
    await hub.kill();
    const { acknowledged, wrong } = await writes.stopped;
    this.acknowledged += acknowledged;
    this.wrong.push(...wrong);
  }

  #note({ lost, torn }) {
    this.lost.push(...lost);
    this.torn.push(...torn);
  }

  figures() {
    return [
      told("kills", `${this.kills}, ${this.startKills} of them during the start`),
      atLeast("registrations acknowledged", this.acknowledged, this.kills),
      none("acknowledged and lost", this.lost),
      none("torn, or never sent", this.torn),
      none("answers that should not have come", this.wrong),
      told("until it was ready again, p50", `${Math.round(quantile(this.bootMs, 0.5))} ms`),
    ];
  }
}

async function run(isShort, newHub, check) {
  const most = isShort ? 20 : 200;
  const kills = new Kills();
  while (kills.kills < most) {
    const hub = await newHub();
    await kills.onStore(hub, Math.min(killsPerStore, most - kills.kills), check);
    rmSync(hub.dataDir, { recursive: true, force: true });
  }
  return kills.figures();
}

export const killsOnFile = {
  name: "kills-file",
  title: "a hub is killed under writes, on the file",
  run: ({ isShort }) =>
    run(
      isShort,
      () => Hub.at(),
      (hub, ledger) => checkFile(hub.dataDir, ledger),
    ),
};

export const killsOnPostgres = {
  name: "kills-postgres",
  title: "a hub is killed under writes, on Postgres",
  async run({ isShort }) {
    const postgres = await Postgres.start();
    atEnd(() => postgres.close());
    return run(
      isShort,
      () => Hub.at({ DATABASE_URL: postgres.newDatabase() }),
      (hub, ledger) => checkDatabase(hub.settings.DATABASE_URL, ledger),
    );
  },
};
