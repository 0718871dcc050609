// Servers that have two instances each are updated one instance after the other, while clients of both revisions
// call them.
import { sleep } from "../../gateway/processes.mjs";
import { Caller, startCalls } from "../caller.mjs";
import { atLeast, none, spread, told } from "../figures.mjs";
import { Server } from "../servers.mjs";
import { Hub, isUp, until } from "../stage.mjs";

const eras = ["modern", "legacy"];

export const rollingServer = {
  name: "rolling-server",
  title: "the two instances of a server are restarted one after the other, under calls",

  async run({ isShort }) {
    const rounds = isShort ? 4 : 100;
    const hub = await Hub.start();
    const instances = eras.flatMap((era) =>
      [1, 2].map(
        () => new Server(era, { era, hubUrl: hub.url, serviceKey: `service-key-of-${era}` }),
      ),
    );
    for (const instance of instances) await instance.start();
    const bothUp = (name) =>
      until(`both instances of ${name} to be up`, async () => {
        const server = await hub.get(`/servers/${name}`);
        return server.instances.filter(({ status }) => status === "up").length === 2;
      });
    for (const name of eras) {
      await isUp(hub, name);
      await bothUp(name);
    }
    const callers = [
      ...eras.map((era) => new Caller(hub.url, era)),
      new Caller(hub.url, "modern", "modern"),
      new Caller(hub.url, "legacy", "legacy"),
    ];
    const calling = startCalls(callers, eras, 50);
    for (let round = 0; round < rounds; round += 1)
      for (const instance of instances) {
        await instance.restart("SIGTERM");
        await bothUp(instance.name);
        await sleep(100);
      }
    const calls = await calling.stop();
    for (const instance of instances) await instance.end("SIGTERM");
    await hub.stop();
    const errors = (isWanted) =>
      calls.filter(({ error }) => error !== undefined && isWanted(error));
    return [
      told("instances restarted", rounds * instances.length),
      atLeast("calls", calls.length, 50),
      none(
        "failed calls",
        errors(() => true).map(({ era, error }) => `${era}: ${error.message}`),
      ),
      told("calls took", spread(calls.map(({ began, ended }) => ended - began))),
    ];
  },
};
