// The hubs part of the benchmark: one hub on Postgres beside one on a file, what the heartbeats of 10,000 instances
// at two hubs cost the database, and what a call costs at two hubs beside one. BENCH_SECONDS (5) and BENCH_ROUNDS (3)
// make it longer, BENCH_INSTANCES (10,000) larger.
import { fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import autocannon from "autocannon";
import { atEnd, Hub, isUp, onStage, until } from "../faults/stage.mjs";
import { working } from "../faults/three-hubs.mjs";
import { sleep } from "../gateway/processes.mjs";
import { Postgres } from "../postgres.mjs";

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const instances = Number(process.env.BENCH_INSTANCES ?? 10_000);
const perName = 10;
const workers = 32;
const beatMs = 10_000;
/** Once a day: what is measured is something else. */
const unprobed = { MCP_HUB_PROBE_UP_MS: "86400000", MCP_HUB_PROBE_FAILING_MS: "86400000" };

/** CPU seconds that processes have used, with those of their children that ended, from the kernel's own account. */
function cpuSeconds(pids) {
  let ticks = 0;
  for (const pid of pids) {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    for (const field of fields.slice(11, 15)) ticks += Number(field);
  }
  return ticks / 100;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const say = (what, ...figures) => console.log(`  ${what.padEnd(58)} ${figures.join("   ")}`);

/** All hubs on a database have the key of the first. */
const keyOf = (first) => ({ MCP_HUB_SECRET_KEY_FILE: join(first.dataDir, "secret.key") });

async function startUpstreams() {
  const child = fork(new URL("../upstreams.mjs", import.meta.url).pathname);
  const { port } = await new Promise((resolve) => child.once("message", resolve));
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 });

/** Asks and reads; rejects when the answer is no 2xx. */
function ask(method, url, body) {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const asked = request(url, { method, agent, headers }, async (response) => {
      let text = "";
      for await (const piece of response) text += piece;
      if (response.statusCode >= 300) reject(new Error(`${response.statusCode} ${text}`));
      else resolve(text === "" ? undefined : JSON.parse(text));
    });
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const registrationOf = (index, upstream) => ({
  name: `server ${Math.floor(index / perName)}`,
  transport: "streamable-http",
  endpoint: `${upstream}/good/${index}/mcp`,
  serviceKey: "the key of the bench",
  lease: { ttlMs: 3 * beatMs },
});

/** Registers so many instances, a few at a time. Adds the ids of their leases to `leases`, and resolves with them. */
async function registerAll(count, hubs, upstream, leases = []) {
  let next = 0;
  const some = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      const hub = hubs[index % hubs.length];
      const { lease } = await ask("POST", `${hub.url}/register`, registrationOf(index, upstream));
      leases.push(lease.id);
    }
  };
  await Promise.all(Array.from({ length: 16 }, some));
  return leases;
}

/** One measured load; resolves with requests a second and the CPU of some processes for a thousand of them. */
async function load(pids, options) {
  await autocannon({ connections: 16, duration: 1, ...options });
  const before = cpuSeconds(pids());
  const { requests, duration, non2xx, errors, latency } = await autocannon({
    connections: 16,
    duration: seconds,
    ...options,
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed`);
  return {
    rate: requests.total / duration,
    p50: latency.p50,
    p99: latency.p99,
    cpuPer1000: ((cpuSeconds(pids()) - before) / requests.total) * 1_000,
  };
}

async function besideFile(postgres, upstream) {
  console.log(
    "\nOne hub, 1,000 servers, 16 callers: on a file, and on Postgres (CPU of the hub; of Postgres)",
  );
  const places = { file: {}, Postgres: { DATABASE_URL: postgres.newDatabase() } };
  for (const [place, settings] of Object.entries(places)) {
    const hub = await Hub.start({ ...unprobed, ...settings });
    const leases = await registerAll(1_000, [hub], upstream.url);
    let fresh = 0;
    const loads = {
      "POST /register, durable": {
        url: `${hub.url}/register`,
        method: "POST",
        headers: { "content-type": "application/json" },
        requests: [
          {
            setupRequest: (one) => {
              fresh += 1;
              const body = registrationOf(fresh % 1_000, upstream.url);
              // Another title each time, which is written down.
              return { ...one, body: JSON.stringify({ ...body, title: `title ${fresh}` }) };
            },
          },
        ],
      },
      "PUT /leases/{id}": {
        url: hub.url,
        requests: leases.slice(0, 500).map((id) => ({ method: "PUT", path: `/leases/${id}` })),
      },
      "GET /servers": { url: `${hub.url}/servers` },
    };
    // Registrations last: they make the others' leases new ones.
    for (const [what, options] of Object.entries(loads).reverse()) {
      const found = [];
      for (let round = 0; round < rounds; round += 1) {
        const before = place === "file" ? 0 : cpuSeconds(postgres.pids());
        const one = await load(() => [hub.pid], options);
        const after = place === "file" ? 0 : cpuSeconds(postgres.pids());
        found.push({ ...one, store: ((after - before) / (one.rate * (seconds + 1))) * 1_000 });
      }
      const of = (name) => median(found.map((one) => one[name]));
      say(
        `${what}, ${place}`,
        `${Math.round(of("rate"))}/s`,
        `p50 ${of("p50")} ms`,
        `p99 ${of("p99")} ms`,
        `CPU ${of("cpuPer1000").toFixed(3)} s per 1,000`,
        ...(place === "file" ? [] : [`and ${of("store").toFixed(3)} s`]),
      );
    }
    await hub.stop();
  }
}

// Rows of the hub's tables. The database keeps a long one, such as a report of many heartbeats, in pieces of 2 KB,
// which it counts as rows of their own in its sums.
const counted = `SELECT xact_commit || ' ' ||
    (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables) || ' ' ||
    (tup_inserted + tup_updated + tup_deleted)
  FROM pg_stat_database WHERE datname = current_database()`;

async function beats(postgres, upstream) {
  const DATABASE_URL = postgres.newDatabase();
  const settings = { ...unprobed, DATABASE_URL, MCP_HUB_MAX_ANSWER_BYTES: "268435456" };
  const first = await Hub.start(settings);
  const hubs = [first, await Hub.start({ ...settings, ...keyOf(first) })];
  await working(hubs);
  console.log(
    `\n${instances} instances of ${instances / perName} servers beat every ${beatMs / 1_000} s at two hubs, each at both in turns`,
  );
  const leases = [];
  let isOver = false;
  let sent = 0;
  // From the first registration on: a lease runs out sooner than all of them are registered.
  const beating = Promise.all(
    Array.from({ length: workers }, async (_, worker) => {
      let due = performance.now();
      for (let turn = 0, at = 0; !isOver; turn += 1, at += 1) {
        const mine = Math.floor((leases.length - worker + workers - 1) / workers);
        due = mine <= 0 ? performance.now() + 50 : due + beatMs / mine;
        await sleep(Math.max(0, due - performance.now()));
        if (mine <= 0) continue;
        if (at >= mine) at = 0;
        await ask("PUT", `${hubs[turn % hubs.length].url}/leases/${leases[at * workers + worker]}`);
        sent += 1;
      }
    }),
  );
  const began = performance.now();
  await registerAll(instances, hubs, upstream.url, leases);
  say("registered in", `${((performance.now() - began) / 1_000).toFixed(1)} s`);
  // Until all first probes are over and every instance has beaten.
  await sleep(2 * beatMs);
  const read = () => postgres.query(DATABASE_URL, counted).split(" ").map(Number);
  const measure = async () => {
    // Sessions tell what they did once a second at most.
    const [begin, cpu, hubCpu, count, from] = [
      read(),
      cpuSeconds(postgres.pids()),
      cpuSeconds(hubs.map(({ pid }) => pid)),
      sent,
      performance.now(),
    ];
    await sleep(3 * beatMs);
    const took = (performance.now() - from) / 1_000;
    const end = read();
    return {
      beats: (sent - count) / took,
      commits: (end[0] - begin[0]) / took,
      rows: (end[1] - begin[1]) / took,
      pieces: (end[2] - begin[2]) / took,
      core: ((cpuSeconds(postgres.pids()) - cpu) / took) * 100,
      hubs: ((cpuSeconds(hubs.map(({ pid }) => pid)) - hubCpu) / took) * 100,
    };
  };
  const found = await measure();
  isOver = true;
  await beating;
  say("heartbeats", `${Math.round(found.beats)}/s`);
  say("transactions of the database, reads among them", `${found.commits.toFixed(1)}/s`);
  say("rows written (bar: 50/s)", `${found.rows.toFixed(1)}/s`);
  say("with the pieces of long ones", `${found.pieces.toFixed(1)}/s`);
  say("CPU of Postgres, of one core (bar: 10 %)", `${found.core.toFixed(1)} %`);
  say("CPU of both hubs, of one core", `${found.hubs.toFixed(1)} %`);
  const away = (await ask("GET", `${hubs[0].url}/servers?status=down&limit=1`)).servers.length;
  say("servers that went down meanwhile", String(away));
  for (const hub of hubs) await hub.stop();
}

const meta = (key) => `io.modelcontextprotocol/${key}`;
const call = (name) => ({
  method: "POST",
  path: "/mcp",
  headers: {
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
    "mcp-protocol-version": "2026-07-28",
    "mcp-method": "tools/call",
    "mcp-name": name,
  },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: {
      name,
      arguments: { city: "Bergen" },
      _meta: {
        [meta("protocolVersion")]: "2026-07-28",
        [meta("clientInfo")]: { name: "bench", version: "1" },
        [meta("clientCapabilities")]: {},
      },
    },
  }),
});

/** So many hubs on one database, which list the server of the bench. */
async function hubsOnOne(count, postgres, upstream) {
  const DATABASE_URL = postgres.newDatabase();
  const hubs = [await Hub.start({ DATABASE_URL })];
  while (hubs.length < count) hubs.push(await Hub.start({ DATABASE_URL, ...keyOf(hubs[0]) }));
  await ask("POST", `${hubs[0].url}/register`, {
    name: "weather",
    transport: "streamable-http",
    endpoint: `${upstream.url}/good/1/mcp`,
  });
  if (count > 1) await working(hubs);
  for (const hub of hubs) {
    await until("a hub to know the server", async () => (await hub.servers()).length === 1);
    await isUp(hub, "weather");
  }
  return hubs;
}

async function calls(postgres, upstream) {
  // Two processes that share the callers do less in one turn of their loops than one does, whatever they are; what
  // two hubs that know nothing of each other cost shows how much of it that is.
  const all = {
    "one hub": await hubsOnOne(1, postgres, upstream),
    "two hubs on one database": await hubsOnOne(2, postgres, upstream),
    "two hubs that know nothing of each other": [
      ...(await hubsOnOne(1, postgres, upstream)),
      ...(await hubsOnOne(1, postgres, upstream)),
    ],
  };
  for (const callers of [16, 64]) await callsOf(callers, all, postgres);
  for (const hubs of Object.values(all)) for (const hub of hubs) await hub.stop();
}

async function callsOf(callers, all, postgres) {
  console.log(
    `\nCalls at /mcp, ${callers} callers, CPU of the called hubs and of Postgres per 1,000 calls, in turns`,
  );
  const found = Object.fromEntries(
    Object.entries(all).map(([what, hubs]) => [what, { hubs, costs: [] }]),
  );
  const at = async (hubs) => {
    const pids = () => [...hubs.map(({ pid }) => pid), ...postgres.pids()];
    const before = cpuSeconds(pids());
    const done = await Promise.all(
      hubs.map(({ url }) =>
        autocannon({
          url,
          connections: callers / hubs.length,
          duration: seconds,
          requests: [call("weather__tool_1")],
        }),
      ),
    );
    const failed = done.reduce((sum, { non2xx, errors }) => sum + non2xx + errors, 0);
    if (failed > 0) throw new Error(`${failed} calls failed`);
    return (
      ((cpuSeconds(pids()) - before) /
        done.reduce((sum, { requests }) => sum + requests.total, 0)) *
      1_000
    );
  };
  for (const { hubs } of Object.values(found)) await at(hubs);
  for (let round = 0; round < rounds; round += 1)
    for (const one of Object.values(found)) one.costs.push(await at(one.hubs));
  const alone = found["one hub"].costs;
  for (const [what, { costs }] of Object.entries(found)) {
    const ratio = median(costs.map((cost, round) => cost / alone[round]));
    say(what, `${median(costs).toFixed(3)} s`, `${ratio.toFixed(2)} times one hub`);
  }
  const apart = found["two hubs that know nothing of each other"].costs;
  const together = found["two hubs on one database"].costs;
  const ratio = median(together.map((cost, round) => cost / apart[round]));
  say("on one database beside apart", `${ratio.toFixed(2)} times`);
}

await onStage(async () => {
  const upstream = await startUpstreams();
  atEnd(() => upstream.stop());
  const postgres = await Postgres.start();
  atEnd(() => postgres.close());
  await besideFile(postgres, upstream);
  await beats(postgres, upstream);
  await calls(postgres, upstream);
});
