// The network between a hub and all of its servers is cut, silently and both ways, and mended. The hub cannot tell
// it from twenty servers that died at once, and must remove none of them.
import { registerUrl } from "@hub/register/lease";
import { sleep } from "../../gateway/processes.mjs";
import { Caller } from "../caller.mjs";
import { atMost, none, told } from "../figures.mjs";
import { Link } from "../link.mjs";
import { createMcpServer } from "../mcp-server.mjs";
import { atEnd, Hub, until } from "../stage.mjs";

const count = 20;
/** The whole form has the settings that a hub has, the short one the same in short: a cut outlasts `down`. */
const quick = {
  MCP_HUB_HEARTBEAT_MS: "1000",
  MCP_HUB_LEASE_MIN_MS: "1000",
  MCP_HUB_LEASE_TTL_MS: "3000",
  MCP_HUB_DOWN_AFTER_MS: "6000",
  MCP_HUB_SWEEP_MS: "500",
  MCP_HUB_PROBE_UP_MS: "2000",
  MCP_HUB_PROBE_FAILING_MS: "1000",
  MCP_HUB_PROBE_TIMEOUT_MS: "1500",
};
/** Until all are up again: the longest time between two tries of a server to reach the hub (20 s), and a probe. */
const backWithinS = 30;

async function startServer(index, hubUrl) {
  const name = `cut-${index}`;
  const era = index % 2 === 0 ? "modern" : "legacy";
  const server = createMcpServer(name, era);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const link = await Link.open(server.address().port);
  const url = `http://127.0.0.1:${link.port}/mcp`;
  const membership = registerUrl(url, { name, hubUrl, signals: false, log: () => undefined });
  atEnd(async () => {
    await membership.close();
    server.closeAllConnections();
    server.close();
  });
  return link;
}

const upIn = async (hub) => {
  const servers = await hub.servers();
  const isReady = ({ status, capabilities }) => status === "up" && capabilities !== null;
  return servers.length === count && servers.every(isReady);
};

export const cutFromServers = {
  name: "cut-servers",
  title: `a hub is cut off from its ${count} servers, which go on, and back`,

  async run({ isShort }) {
    const cutMs = isShort ? 12_000 : 200_000;
    const hub = await Hub.start(isShort ? quick : {});
    const beats = await Link.open(hub.port);
    const links = [beats];
    for (let index = 0; index < count; index += 1)
      links.push(await startServer(index, `http://127.0.0.1:${beats.port}`));
    await until("all servers to be up", () => upIn(hub));
    const before = (await hub.events()).at(-1).seq;

    for (const link of links) link.cut();
    const end = performance.now() + cutMs;
    let fewest = count;
    const statuses = new Set();
    while (performance.now() < end) {
      const servers = await hub.servers();
      fewest = Math.min(fewest, servers.length);
      for (const { status } of servers) statuses.add(status);
      await sleep(250);
    }
    for (const link of links) await link.mend();
    const mended = performance.now();
    await until("all servers to be up again", () => upIn(hub), 120_000);
    const backS = (performance.now() - mended) / 1_000;

    const caller = new Caller(hub.url, "modern");
    const calls = await Promise.all(
      Array.from({ length: count }, (_, index) => caller.call(`cut-${index}`)),
    );
    const removals = (await hub.events()).filter(
      ({ seq, kind, to }) =>
        seq > before && (to === "down" || kind === "forgotten" || kind === "deregistered"),
    );
    await hub.stop();
    return [
      told("cut off", `${count} servers for ${cutMs / 1_000} s`),
      told("how the list showed them meanwhile", [...statuses].join(", ")),
      none(
        "false removals",
        removals.map(({ serverId, kind, to }) => `${serverId}: ${kind} ${to ?? ""}`),
      ),
      atMost("missing in the list at a time", count - fewest, 0),
      atMost("until all were up again", backS, backWithinS, "s"),
      none(
        "failed calls then, one to each",
        calls.filter(({ error }) => error !== undefined).map(({ error }) => error.message),
      ),
    ];
  },
};
