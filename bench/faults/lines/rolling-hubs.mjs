// Three hubs behind nginx are stopped and started one after the other, while clients of both revisions call through
// it, some 2025 clients hold sessions that they rarely use, and lists are read all the time.
import { sleep } from "../../gateway/processes.mjs";
import { Postgres } from "../../postgres.mjs";
import { startBalancer } from "../balancer.mjs";
import { Caller, startCalls } from "../caller.mjs";
import { atLeast, atMost, none, told } from "../figures.mjs";
import { Server } from "../servers.mjs";
import { atEnd, isUp } from "../stage.mjs";
import { startHubs, working } from "../three-hubs.mjs";

const idleSessions = 10;

/** Reads both lists all the time; `stop` resolves with what was wrong with them. */
function watchLists(url, expected) {
  const wrong = [];
  const reader = new Caller(url, "modern");
  let read = 0;
  let isOver = false;
  const look = async () => {
    const { servers } = await (await fetch(`${url}/servers`)).json();
    const up = servers.filter(({ status }) => status === "up").map(({ id }) => id);
    if (up.sort().join() !== expected.join()) wrong.push(`GET /servers had ${up.join() || "none"}`);
    const tools = (await reader.tools()).filter((name) => !name.startsWith("hub__"));
    const owners = tools.map((name) => name.split("__")[0]);
    if (owners.sort().join() !== expected.join()) wrong.push(`tools/list had ${tools.join()}`);
    read += 2;
  };
  const over = (async () => {
    while (!isOver) {
      await look().catch((error) => wrong.push(`a list could not be read: ${error}`));
      await sleep(50);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await over;
      return { read, wrong };
    },
  };
}

export const rollingHubs = {
  name: "rolling-hubs",
  title: "three hubs behind nginx are restarted one after the other, under calls of both revisions",

  async run({ isShort }) {
    const rounds = isShort ? 1 : 10;
    const postgres = await Postgres.start();
    atEnd(() => postgres.close());
    const database = { DATABASE_URL: postgres.newDatabase() };
    const hubs = await startHubs([database, database, database]);
    const url = await startBalancer(hubs);
    const names = ["new", "old"];
    const servers = names.map(
      (name) => new Server(name, { era: name === "new" ? "modern" : "legacy", hubUrl: url }),
    );
    for (const server of servers) await server.start();
    for (const hub of hubs) for (const name of names) await isUp(hub, name);

    const idle = Array.from({ length: idleSessions }, () => new Caller(url, "legacy"));
    const idleFaults = [];
    const wake = () =>
      Promise.all(
        idle.map(async (one, index) => {
          const { error } = await one.call(names[index % 2]);
          if (error !== undefined) idleFaults.push(error.message);
        }),
      );
    await wake();
    const lists = watchLists(url, names);
    const callers = [new Caller(url, "modern"), new Caller(url, "legacy")];
    for (const name of names) callers.push(new Caller(url, "modern", name));
    callers.push(new Caller(url, "legacy", "old"));
    const calling = startCalls(callers, names, 30);
    for (let round = 0; round < rounds; round += 1)
      for (const hub of hubs) {
        await hub.stop();
        await wake();
        await hub.start();
        await working(hubs);
        await wake();
      }
    await sleep(500);
    const calls = await calling.stop();
    const { read, wrong } = await lists.stop();
    for (const server of servers) await server.end("SIGTERM");
    for (const hub of hubs) await hub.stop();
    const failed = (era) =>
      calls
        .filter((one) => one.era === era && one.error !== undefined)
        .map(({ error }) => error.message);
    return [
      told("hubs restarted", rounds * hubs.length),
      atLeast("calls", calls.length, 50),
      none("failed calls of 2026-07-28 clients", failed("modern")),
      none("failed calls of 2025 clients", failed("legacy")),
      none(`failed calls of ${idleSessions} idle 2025 sessions`, idleFaults),
      atMost(
        "of these sessions had to be opened anew",
        idle.reduce((sum, { sessions }) => sum + sessions - 1, 0),
        0,
      ),
      atLeast("lists read", read, 20),
      none("lists that lacked a server or a tool", wrong),
    ];
  },
};
