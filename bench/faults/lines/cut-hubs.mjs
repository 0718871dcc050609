// The network between two of three hubs is cut, silently and with refusals in turns, and mended. Both still reach
// Postgres, the third hub, servers and clients. Only what one of the two has to pass on to the other may fail.
import { registerUrl } from "@hub/register/lease";
import { freePort, sleep } from "../../gateway/processes.mjs";
import { Postgres } from "../../postgres.mjs";
import { atLeast, atMost, greatest, none, told } from "../figures.mjs";
import { heldCall } from "../held-calls.mjs";
import { Link } from "../link.mjs";
import { createMcpServer } from "../mcp-server.mjs";
import { atEnd, isUp } from "../stage.mjs";
import { underLoad } from "../three-hubs.mjs";

const name = "asking";
/** What the guide for several hubs promises of what cannot be passed on. */
const refusedWithinS = 10;
const indices = [0, 1, 2];
/** From the hub that holds a call to the one at which it is answered. */
const ways = indices.flatMap((from) => indices.map((to) => [from, to]));
const isCut = ([from, to]) => from + to === 1;

/** A way of its own from each hub to each other: `[from][to]`. */
async function openWays(ports) {
  const links = [];
  for (const from of indices) {
    links.push([]);
    for (const to of indices) if (from !== to) links[from][to] = await Link.open(ports[to]);
  }
  return links;
}

async function startServer(hubs) {
  const server = createMcpServer(name, "legacy", { asks: true });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/mcp`;
  const hubUrl = hubs.map((hub) => hub.url).join(",");
  const options = { name, hubUrl, signals: false, log: () => undefined };
  const membership = registerUrl(url, options);
  atEnd(async () => {
    await membership.close();
    server.closeAllConnections();
    server.close();
  });
  for (const hub of hubs) await isUp(hub, name);
}

/** What became of held calls, over each of some ways, of clients of both revisions. */
async function callAll(hubs, some) {
  const calls = some.flatMap((way) => ["modern", "legacy"].map((era) => [era, ...way]));
  return Promise.all(
    calls.map(async ([era, from, to]) => {
      const call = await heldCall(era, hubs[from], hubs[to], `${name}__ask`);
      return { ...call, who: `${era}, held at ${from}, answered at ${to}` };
    }),
  );
}

const wrongOf = (calls) =>
  calls
    .filter(({ isWell, refused }) => !isWell || refused !== undefined)
    .map(({ who, text, refused }) => `${who}: ${refused?.message ?? text}`);

/** An answer that cannot be passed on must be refused, with words, and be taken where the call is. */
const wronglyRefused = (calls) =>
  calls
    .filter(
      ({ refused }) => refused?.data?.hubError !== "HELD_ELSEWHERE" || !refused.data.mayHaveRun,
    )
    .map(({ who, text, refused }) => `${who}: ${JSON.stringify(refused ?? text)}`);

export const cutBetweenHubs = {
  name: "cut-hubs",
  title: "two of three hubs on one Postgres are cut off from each other, and back",

  async run({ isShort }) {
    const cuts = isShort ? 2 : 10;
    const restMs = isShort ? 0 : 10_000;
    const postgres = await Postgres.start();
    atEnd(() => postgres.close());
    const url = postgres.newDatabase();
    const ports = [await freePort(), await freePort(), await freePort()];
    const links = await openWays(ports);
    const settings = indices.map((from) => {
      const diverted = new URLSearchParams(
        indices.filter((to) => to !== from).map((to) => [ports[to], links[from][to].port]),
      );
      return {
        DATABASE_URL: url,
        MCP_HUB_PEER_URL: `http://127.0.0.1:${ports[from]}`,
        NODE_OPTIONS: `--import ${new URL(`../diverted-ports.mjs?${diverted}`, import.meta.url)}`,
      };
    });
    const both = [links[0][1], links[1][0]];
    const disturb = async (hubs) => {
      await startServer(hubs);
      const whole = [await callAll(hubs, ways)];
      const spared = [];
      const cut = [];
      const notWorking = [];
      for (let round = 0; round < cuts; round += 1) {
        for (const link of both) {
          if (round % 2 === 0) link.cut();
          else await link.refuse();
        }
        const answered = callAll(hubs, ways.filter(isCut));
        spared.push(
          ...(await callAll(
            hubs,
            ways.filter((way) => !isCut(way)),
          )),
        );
        await sleep(restMs);
        cut.push(...(await answered));
        for (const hub of hubs)
          for (const { state } of (await hub.get("/hubs")).hubs)
            if (state !== "working") notWorking.push(`a hub was shown as ${state}`);
        for (const link of both) await link.mend();
        whole.push(await callAll(hubs, ways));
      }
      const flaps = (await hubs[0].events()).filter(
        ({ serverId, kind, to }) => serverId === name && kind === "status-changed" && to !== "up",
      );
      return [
        told("cut", `${cuts} times, silently and with refusals in turns`),
        atLeast("held calls that needed the cut way", cut.length, 8),
        none("of these refused otherwise than with words, or not at all", wronglyRefused(cut)),
        atMost(
          "longest until the client was told",
          greatest(cut.map(({ tookMs }) => tookMs ?? 0)) / 1_000,
          refusedWithinS,
          "s",
        ),
        none(
          "of these lost, though the answer was sent to where the call is",
          cut.filter(({ isWell }) => !isWell).map(({ who, text }) => `${who}: ${text}`),
        ),
        none("failed held calls that did not need it", wrongOf(spared)),
        none("failed held calls before, and at once after it was mended", wrongOf(whole.flat())),
        none("hubs that others missed meanwhile", notWorking),
        none(
          "changes of the asking server's status",
          flaps.map(({ from, to }) => `${from} to ${to}`),
        ),
      ];
    };
    return underLoad({ settings, url, disturb });
  },
};
