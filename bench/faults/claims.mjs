// Programs that want the same names at different hubs: each takes a name, keeps it for a while, and gives it back.
// Who was told that a name is its own, and when, is remembered and judged.
import { createServer } from "node:http";
import { sleep } from "../gateway/processes.mjs";
import { atEnd } from "./stage.mjs";
import { send } from "./writes.mjs";

const prefix = "claim-";
const longestKeptMs = 300;

/** A server that listens and offers nothing, so that its name is not free for others. */
async function listen() {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/mcp`;
}

/**
 * Two rivals for each of so many names, each at a hub of its own, until `stop`. `stop` resolves with how often a name
 * was `taken` and given back, and with the sentences of what was `wrong`: a name that was given to one while it was
 * surely the other's.
 */
export async function startClaims(urls, names) {
  const seen = { taken: 0, refused: 0, wrong: [] };
  /** Who holds each name for sure: it was told so, and has not begun to give it back. */
  const holders = new Map();
  let isOver = false;

  const take = async (rival) => {
    const before = holders.get(rival.name);
    const { name, endpoint, serviceKey } = rival;
    const body = JSON.stringify({
      name,
      transport: "http",
      endpoint,
      serviceKey,
      lease: { ttlMs: 3_600_000 },
    });
    const answer = await send(rival.url, "POST", "/register", { body }).catch(() => undefined);
    const lease = answer !== undefined && answer.status < 300 && JSON.parse(answer.text).lease;
    if (!lease) {
      if (answer?.status === 409) seen.refused += 1;
      return undefined;
    }
    seen.taken += 1;
    const now = holders.get(name);
    // Held from before it asked until after it was told: two at a time.
    if (before !== undefined && before === now && before.endpoint !== endpoint)
      seen.wrong.push(`${name} was given to ${endpoint} while it was ${before.endpoint}'s`);
    const held = { endpoint };
    holders.set(name, held);
    return { held, id: lease.id };
  };

  const giveBack = async (rival, { held, id }) => {
    if (holders.get(rival.name) === held) holders.delete(rival.name);
    while (!isOver) {
      const answer = await send(rival.url, "DELETE", `/leases/${id}`).catch(() => undefined);
      if (answer?.status === 204 || answer?.status === 404) return;
      await sleep(50);
    }
  };

  const compete = async (rival) => {
    while (!isOver) {
      const taken = await take(rival);
      await sleep(Math.random() * longestKeptMs);
      if (taken !== undefined && !isOver) await giveBack(rival, taken);
      await sleep(Math.random() * 50);
    }
  };

  const rivals = [];
  for (let name = 0; name < names; name += 1)
    for (let side = 0; side < 2; side += 1)
      rivals.push({
        name: `${prefix}${name}`,
        endpoint: await listen(),
        serviceKey: `service-key-of-${name}-${side}`,
        url: urls[(name + side) % urls.length],
      });
  const over = Promise.all(rivals.map(compete));
  const stop = async () => {
    isOver = true;
    await over;
    return { ...seen, holders };
  };
  return { stop };
}

/** What a hub's list says of these names now, where it differs from who surely holds them. */
export async function wrongOwners(hub, holders) {
  const wrong = [];
  for (const { id, name } of await hub.servers()) {
    if (!name.startsWith(prefix)) continue;
    const { instances } = await hub.get(`/servers/${id}`);
    const endpoints = instances.filter(({ lease }) => lease).map(({ endpoint }) => endpoint);
    if (endpoints.length > 1) wrong.push(`${name} has two owners: ${endpoints.join(", ")}`);
    const held = holders.get(name)?.endpoint;
    if (held !== undefined && endpoints[0] !== held)
      wrong.push(`${name} is ${held}'s, and the list says ${endpoints[0] ?? "nobody's"}`);
  }
  return wrong;
}
