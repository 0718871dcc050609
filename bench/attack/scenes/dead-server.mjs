// Servers with a short lease die without a word, at different moments. How long are they said to be up?
import { modern } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { numbers } from "../stage.mjs";

const servers = 4;
/** How long after the end of the lease it may be noticed: a beat on the wire and a turn of the hub. */
const noticeMs = 1_500;

export default {
  name: "dead-server",
  faults: ["S24"],
  title: "dead servers with a lease of 5 s",
  /** The short form cannot wait that long. */
  settings: (isShort) => (isShort ? { MCP_HUB_LEASE_MIN_MS: "1000" } : {}),
  async run(stage) {
    const leaseMs = stage.hub.isOwn ? stage.scale(5_000, 1_000) : 5_000;
    const lived = [];
    await Promise.all(
      numbers(servers).map(async (number) => {
        await sleep(number * stage.scale(1_250, 400));
        const server = await stage.serve({ era: modern });
        const { id, lease } = await stage.register("dies", server.url, {
          lease: { ttlMs: leaseMs },
        });
        await stage.rest("PUT", `/leases/${lease}`);
        const began = performance.now();
        server.close();
        await stage.until(`${id} is no longer up`, 60_000, async () => {
          const { json } = await stage.rest("GET", `/servers/${id}`);
          await sleep(30);
          return json?.status !== "up";
        });
        lived.push((performance.now() - began) / 1_000);
      }),
    );
    const longest = Math.max(...lived);
    const most = (leaseMs + noticeMs) / 1_000;
    const what = `seconds up after the last beat (at most ${most})`;
    stage.must(what, longest.toFixed(1), longest <= most);
  },
};
