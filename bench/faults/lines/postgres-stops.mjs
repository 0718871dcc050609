// Three hubs on one Postgres, which is stopped in turns in order and at once, and started again.
import { sleep } from "../../gateway/processes.mjs";
import { Postgres } from "../../postgres.mjs";
import { told } from "../figures.mjs";
import { atEnd } from "../stage.mjs";
import { underLoad } from "../three-hubs.mjs";

export const postgresStops = {
  name: "postgres-stops",
  title: "Postgres is stopped and started under three hubs that are written to and called",

  async run({ isShort }) {
    const stops = isShort ? 2 : 20;
    const postgres = await Postgres.start();
    atEnd(() => postgres.close());
    const url = postgres.newDatabase();
    const settings = [{ DATABASE_URL: url }, { DATABASE_URL: url }, { DATABASE_URL: url }];
    const disturb = async () => {
      for (let stop = 0; stop < stops; stop += 1) {
        await sleep(1_000 + Math.random() * 1_000);
        await postgres.end(stop % 2 === 0 ? "SIGQUIT" : "SIGINT");
        await sleep(1_000 + Math.random() * 3_000);
        await postgres.resume();
      }
      return [told("Postgres stopped and started", `${stops} times`)];
    };
    return underLoad({ settings, url, disturb });
  },
};
