// The wall clock of one of three hubs jumps by an hour, forth and back, while all three are written to and called.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folder, sleep } from "../../gateway/processes.mjs";
import { Postgres } from "../../postgres.mjs";
import { Caller } from "../caller.mjs";
import { atMost, none, told } from "../figures.mjs";
import { atEnd, until } from "../stage.mjs";
import { underLoad } from "../three-hubs.mjs";

const hourMs = 3_600_000;

export const clock = {
  name: "clock",
  title: "the clock of one of three hubs jumps by an hour, both ways",

  async run({ isShort }) {
    const rounds = isShort ? 1 : 5;
    const file = join(folder, "clock");
    const setTo = (shift) => {
      writeFileSync(`${file}.next`, String(shift));
      renameSync(`${file}.next`, file);
    };
    setTo(0);
    const postgres = await Postgres.start();
    atEnd(() => postgres.close());
    const url = postgres.newDatabase();
    const wrong = {
      DATABASE_URL: url,
      NODE_OPTIONS: `--import ${new URL(`../shifted-clock.mjs?file=${file}`, import.meta.url)}`,
    };
    const driftMs = () => Number(readFileSync(`${file}.now`, "utf8")) - Date.now();
    const disturb = async ([hub]) => {
      const idle = new Caller(hub.url, "legacy");
      const first = await idle.call("steady");
      let jumps = 0;
      for (let round = 0; round < rounds; round += 1)
        for (const shift of [hourMs, -hourMs, 0]) {
          setTo(shift);
          await until("the clock to jump", () => Math.abs(driftMs() - shift) < hourMs / 10);
          jumps += 1;
          await sleep(isShort ? 2_000 : 12_000);
        }
      const last = await idle.call("steady");
      return [
        told("jumps", `${jumps}, of an hour forth or back or of two`),
        none(
          "failed calls of a 2025 session that was idle meanwhile",
          [first, last].flatMap(({ error }) => (error === undefined ? [] : [error.message])),
        ),
        atMost("sessions that it had to open anew", idle.sessions - 1, 0),
      ];
    };
    return underLoad({
      settings: [wrong, { DATABASE_URL: url }, { DATABASE_URL: url }],
      url,
      disturb,
    });
  },
};
