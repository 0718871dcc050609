// Servers are ended, half of them with SIGKILL, and started again, while clients of both revisions call them.
import { register } from "../../gateway/hub.mjs";
import { freePort, sleep } from "../../gateway/processes.mjs";
import { Caller, startCalls } from "../caller.mjs";
import { atLeast, none, spread, told } from "../figures.mjs";
import { Server } from "../servers.mjs";
import { Hub, until } from "../stage.mjs";

const perSecond = 50;
/** What of a wait is the hub's, where the machine has time for it. */
const allowedMs = 200;

export const restarts = {
  name: "restarts",
  title: "restarts of servers under 50 calls/s, half of them with SIGKILL",

  async run({ isShort }) {
    const most = isShort ? 40 : 1_000;
    const hub = await Hub.start();
    const servers = [];
    for (const era of ["modern", "legacy"]) {
      servers.push(new Server(`own-${era}`, { era, hubUrl: hub.url }));
      // One that registers nowhere is found again by looking.
      servers.push(new Server(`found-${era}`, { era, hubUrl: "-", port: await freePort() }));
    }
    await Promise.all(servers.map((server) => server.start()));
    for (const { name, port, hubUrl } of servers)
      if (hubUrl === "-") await register(hub, name, `http://127.0.0.1:${port}/mcp`);
    await whenUp(hub, servers.length);
    const names = servers.map(({ name }) => name);
    const callers = [
      new Caller(hub.url, "modern"),
      new Caller(hub.url, "legacy"),
      ...names.map((name) => new Caller(hub.url, "modern", name)),
      new Caller(hub.url, "legacy", "own-legacy"),
      new Caller(hub.url, "legacy", "found-legacy"),
    ];
    const calling = startCalls(callers, names, perSecond);
    let begun = 0;
    const restarted = [];
    await Promise.all(
      servers.map(async (server) => {
        while (begun < most) {
          begun += 1;
          const signal = begun % 2 === 0 ? "SIGTERM" : "SIGKILL";
          const times = await server.restart(signal);
          restarted.push({ server: server.name, ...times, directMs: await server.directMs() });
          // Each restart by itself: what waited for it has its answer before the next.
          await calling.settled(server.name);
          await sleep(200 + Math.random() * 400);
        }
      }),
    );
    const calls = await calling.stop();
    await Promise.all(servers.map((server) => server.end("SIGTERM")));
    await hub.stop();
    return judge(calls, restarted);
  },
};

/** Until that many servers are up and what they offer is known. */
const whenUp = (hub, count) =>
  until("all servers to be up", async () => {
    const servers = await hub.servers();
    return (
      servers.length === count &&
      servers.every(({ status, capabilities }) => status === "up" && capabilities !== null)
    );
  });

function judge(calls, restarted) {
  const failed = calls.filter(({ error, isLost }) => error !== undefined && !isLost);
  const lost = calls.filter(({ isLost }) => isLost);
  const waitsOf = (isWanted) =>
    restarted
      .filter(({ server }) => isWanted(server))
      .flatMap(({ server, backAt }) =>
        calls
          .filter((one) => one.server === server && one.error === undefined)
          // Those that came while it was away.
          .filter(({ began, ended }) => began < backAt && ended > backAt)
          .map(({ ended }) => ended - backAt),
      );
  const goal = (some) => `${spread(some)} (goal on a quiet machine: ${allowedMs} ms)`;
  const away = restarted.map(({ leftAt, backAt }) => backAt - leftAt);
  return [
    told("restarts", restarted.length),
    told("calls", calls.length),
    atLeast("calls that waited", waitsOf(() => true).length, 1),
    none(
      "failed of those that were not sent",
      failed.map(({ error }) => error.message),
    ),
    told("sent when the server was killed, and told so", lost.length),
    told("away", spread(away)),
    told("a request to the server itself then", spread(restarted.map(({ directMs }) => directMs))),
    told("answered after a server had registered", goal(waitsOf((name) => name.startsWith("own")))),
    told(
      "answered after one that registers nowhere listened",
      goal(waitsOf((name) => name.startsWith("found"))),
    ),
  ];
}
