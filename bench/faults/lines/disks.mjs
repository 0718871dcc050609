// The disk under a hub's file is full, or turns read-only, while it is written to and called: changes are refused,
// everything else goes on.
import { FailingDisk, SmallDisk } from "../disks.mjs";
import { none, told } from "../figures.mjs";
import { OneHub } from "../one-hub.mjs";
import { until } from "../stage.mjs";

async function readiness(hub, isOk) {
  await until(`/readyz to say ${isOk ? "that it is ready" : "so"}`, async () => {
    return (await fetch(`${hub.url}/readyz`)).ok === isOk;
  });
}

export const diskFull = {
  name: "disk-full",
  title: "the disk under the file is full, and has room again",

  async run({ isShort }) {
    const times = isShort ? 2 : 20;
    const disk = new SmallDisk();
    const one = await OneHub.start(disk.dataDir);
    await one.underLoad(async ({ acknowledged, refused }) => {
      for (let time = 0; time < times; time += 1) {
        await acknowledged();
        disk.fill();
        await refused();
        await readiness(one.hub, false);
        disk.makeRoom();
        await acknowledged();
        await readiness(one.hub, true);
      }
    });
    // What was stored around a full disk is there after a kill as well.
    await one.hub.kill();
    await one.hub.start();
    await one.check();
    await one.close();
    return [
      told("full, and with room again", `${times} times, without a restart`),
      ...one.figures(),
    ];
  },
};

export const diskReadOnly = {
  name: "disk-read-only",
  title:
    "the disk under the file turns read-only, and the hub is started again when it is repaired",

  async run({ isShort }) {
    const times = isShort ? 1 : 20;
    const disk = new FailingDisk();
    const one = await OneHub.start(disk.dataDir);
    const wrong = [];
    for (let time = 0; time < times; time += 1) {
      await one.underLoad(async ({ acknowledged, refused, called }) => {
        await acknowledged();
        await disk.fail(one.hub.pid);
        await refused();
        await readiness(one.hub, false);
        await called(20);
        const { servers } = await one.hub.get("/servers");
        if (servers.length === 0) wrong.push("the list was empty");
      });
      await one.hub.kill();
      disk.repair();
      await one.hub.start();
      await one.check();
      await until("the server to be back", async () => {
        const [server] = (await one.hub.servers()).filter(({ id }) => id === one.server.name);
        return server.status === "up" && server.capabilities !== null;
      });
    }
    await one.close();
    return [
      told("read-only, then repaired", `${times} times`),
      none("lists without servers", wrong),
      ...one.figures(),
    ];
  },
};
