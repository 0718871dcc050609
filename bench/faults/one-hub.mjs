// One hub on its file, under load: programs register, and clients of both revisions call a server that keeps a lease.
import { Caller, startCalls } from "./caller.mjs";
import { atLeast, atMost, greatest, none, told } from "./figures.mjs";
import { Server } from "./servers.mjs";
import { Hub, isUp, until } from "./stage.mjs";
import { checkFile } from "./stored.mjs";
import { Ledger, startWrites } from "./writes.mjs";

/** What the guides promise of a change that cannot be stored. */
const refusedWithinMs = 5_000;

export class OneHub {
  ledger = new Ledger();
  #acknowledged = 0;
  #refusals = [];
  #wrong = [];
  #calls = [];
  #lost = [];
  #torn = [];

  static async start(dataDir) {
    const one = new OneHub();
    one.hub = await Hub.start({}, dataDir);
    one.server = new Server("steady", { era: "modern", hubUrl: one.hub.url });
    await one.server.start();
    await isUp(one.hub, one.server.name);
    return one;
  }

  /** Load while `run` runs; `run` is told how to wait until so many more registrations came to an end. */
  async underLoad(run) {
    const { url } = this.hub;
    const writes = startWrites({ urls: [url], callers: 4, ledger: this.ledger, goesOn: true });
    const callers = [new Caller(url, "modern"), new Caller(url, "legacy")];
    const calling = startCalls(callers, [this.server.name], 20);
    const more = (what, of) => {
      const enough = of(writes.seen) + 5;
      return until(what, () => of(writes.seen) >= enough);
    };
    await run({
      acknowledged: () => more("registrations to be stored", (seen) => seen.acknowledged),
      refused: () => more("registrations to be refused", (seen) => seen.refusals.length),
      called: (count) => until("calls to be answered", () => calling.answered() >= count),
    });
    const { acknowledged, refusals, wrong } = await writes.stop();
    this.#acknowledged += acknowledged;
    this.#refusals.push(...refusals);
    this.#wrong.push(...wrong);
    this.#calls.push(...(await calling.stop()));
    if (!this.hub.isRunning) throw new Error("the hub ended by itself");
  }

  async check() {
    this.#note(this.ledger.compare(await this.hub.servers()));
  }

  async close() {
    await this.server.end("SIGTERM");
    await this.check();
    await this.hub.stop();
    this.#note(await checkFile(this.hub.dataDir, this.ledger));
  }

  #note({ lost, torn }) {
    this.#lost.push(...lost);
    this.#torn.push(...torn);
  }

  figures() {
    return [
      atLeast("registrations acknowledged", this.#acknowledged, 5),
      none("acknowledged and lost", this.#lost),
      none("torn, or never sent", this.#torn),
      none("answers that should not have come", this.#wrong),
      told("registrations refused meanwhile", this.#refusals.length),
      atMost(
        "longest until such a refusal",
        greatest(this.#refusals) / 1_000,
        refusedWithinMs / 1_000,
        "s",
      ),
      atLeast("calls meanwhile", this.#calls.length, 20),
      none(
        "failed calls",
        this.#calls.filter(({ error }) => error !== undefined).map(({ error }) => error.message),
      ),
    ];
  }
}
