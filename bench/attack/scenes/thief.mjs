// A thief who has read GET /servers tries to unseat a server that lives, and one that hangs while it beats.
import { modern } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";

const beatMs = 400;

export default {
  name: "thief",
  faults: ["S8", "S9"],
  title: "who has read GET /servers, against a living server and one that hangs",
  isLight: true,
  async run(stage) {
    let stolen = 0;
    const thief = await stage.serve((request, response) => {
      if (request.method === "POST") stolen += 1;
      request.resume();
      response.writeHead(500).end();
    });
    const holder = { era: modern };
    const victim = await stage.registered("victim", holder, { description: "the true one" });
    let lostBeats = 0;
    const beating = (lease) => {
      const timer = setInterval(async () => {
        const beat = await stage.rest("PUT", `/leases/${lease}`).catch(() => undefined);
        if (beat?.status === 404) lostBeats += 1;
      }, beatMs);
      stage.onClose(() => clearInterval(timer));
    };
    beating(victim.lease);
    const { json: seen } = await stage.rest("GET", `/servers/${victim.id}`);
    const { endpoint } = seen.instances[0];

    const register = (more) =>
      stage.rest("POST", "/register", {
        body: { name: victim.name, transport: "streamable-http", endpoint, ...more },
      });
    const again = await register({
      description: "stolen",
      websiteUrl: "https://evil.example",
      candidates: [thief.url],
      lease: { ttlMs: 3_600_000 },
    });
    const lease = again.json?.lease?.id;
    stage.must("a lease for the thief", lease === undefined ? "none" : "given", !lease);
    const { json: after } = await stage.rest("GET", `/servers/${victim.id}`);
    const isTrue = JSON.stringify(after).includes("the true one");
    stage.must("its description is its own", isTrue ? "yes" : "no", isTrue);
    await stage.rest("POST", `/servers/${victim.id}/probe`);
    for (let call = 0; call < 10; call += 1)
      await stage.call(`/servers/${victim.id}/mcp`, modern, "tools/call", { name: "echo" });
    stage.must("requests that reached the thief", stolen, stolen === 0);
    const elsewhere = await register({ endpoint: thief.url, lease: { ttlMs: 3_600_000 } });
    stage.must("another endpoint under its name", elsewhere.status, elsewhere.status === 409);
    const headers = lease === undefined ? {} : { Authorization: `Bearer ${lease}` };
    const removed = await stage.rest("DELETE", `/servers/${victim.id}`, { headers });
    stage.must("DELETE by the thief", removed.status, removed.status === 403);

    let hangs = false;
    const hanging = await stage.registered("hangs", {
      era: modern,
      on: {
        "server/discover": () => (hangs ? new Promise(() => undefined) : discovered),
        "tools/list": () => (hangs ? new Promise(() => undefined) : { tools: [] }),
      },
    });
    hangs = true;
    beating(hanging.lease);
    await sleep(2 * beatMs);
    const taken = await stage.rest("POST", "/register", {
      body: { name: hanging.name, transport: "streamable-http", endpoint: thief.url },
    });
    stage.must("the name of one that hangs", taken.status, taken.status === 409);
    await sleep(3 * beatMs);
    stage.must("beats of the owners that were refused", lostBeats, lostBeats === 0);
  },
};

const discovered = {
  supportedVersions: [modern],
  capabilities: { tools: {} },
  _meta: { "io.modelcontextprotocol/serverInfo": { name: "attack", version: "1.0.0" } },
};
