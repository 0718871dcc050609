// The registry part of the benchmark: registrations and heartbeats per second through the real hub on a
// real file, lists against a bare Hono route that returns the same bytes, start-up time and memory.
// Everything runs in one go on this machine; the ratios are what counts.
import { fork, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { freePort } from "./free-port.mjs";

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-bench-"));
const children = new Set();
const here = (name) => new URL(name, import.meta.url).pathname;

/** CPU seconds a process has used, from the kernel's own account. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

async function helper(script, ...args) {
  const child = fork(here(script), args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  children.add(child);
  const { port } = await new Promise((resolve) => child.once("message", resolve));
  return { child, port, url: `http://127.0.0.1:${port}` };
}

async function startHub(dataDir) {
  const port = await freePort();
  const begin = performance.now();
  const child = spawn(process.execPath, [here("../apps/hub/dist/main.js")], {
    env: {
      ...process.env,
      MCP_HUB_PORT: String(port),
      MCP_HUB_DATA_DIR: dataDir,
      LOG_LEVEL: "error",
      LOG_FORMAT: "json",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  children.add(child);
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { child, url, pid: child.pid, begin, readyMs: performance.now() - begin };
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function stop(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
  children.delete(child);
}

/** With a key that proves each further one, which is then written down as the first was. */
const registration = (name, endpoint) =>
  JSON.stringify({
    name,
    transport: "streamable-http",
    endpoint,
    serviceKey: `the key of ${name}`,
    lease: { ttlMs: 3_600_000 },
  });
const post = (url, body) =>
  fetch(`${url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  }).then((response) => response.json());

async function registerMany(url, count, upstream, kind) {
  const leases = [];
  for (let index = 0; index < count; index += 1) {
    const { lease } = await post(
      url,
      registration(`${kind} server ${index}`, `${upstream}/${kind}/${index}/mcp`),
    );
    leases.push(lease.id);
  }
  return leases;
}

/** One measured load; returns rate, latencies and the CPU the process needed for a thousand requests. */
async function load(pid, options) {
  await autocannon({ connections: 16, duration: 1, ...options });
  const before = cpuSeconds(pid);
  const result = await autocannon({ connections: 16, duration: seconds, ...options });
  const cpu = cpuSeconds(pid) - before;
  const count = result.requests.total;
  if (result.non2xx > 0 && options.expect !== 304)
    throw new Error(`${result.non2xx} answers were not 2xx`);
  if (result.errors > 0) throw new Error(`${result.errors} requests failed`);
  return {
    rate: count / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpuPer1000: (cpu / count) * 1000,
  };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function repeated(run) {
  const results = [];
  for (let round = 0; round < rounds; round += 1) results.push(await run());
  const keys = Object.keys(results[0]);
  return Object.fromEntries(keys.map((key) => [key, median(results.map((result) => result[key]))]));
}

/** Waits until that many servers are up and what they offer is known: from then on the list stands still. */
async function allUp(hub, count) {
  for (;;) {
    const { servers } = await (await fetch(`${hub.url}/servers?status=up`)).json();
    if (servers.length === count && servers.every((server) => server.capabilities !== null)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function row(name, result, extra = "") {
  const cpu = result.cpuPer1000.toFixed(3);
  console.log(
    `  ${name.padEnd(46)} ${Math.round(result.rate).toString().padStart(7)}/s   p50 ${String(result.p50).padStart(3)} ms   p99 ${String(result.p99).padStart(3)} ms   CPU ${cpu} s/1000   ${extra}`,
  );
}

async function compareLists(hub, count) {
  const response = await fetch(`${hub.url}/servers`);
  const etag = response.headers.get("etag");
  const file = join(folder, `list-${count}.json`);
  writeFileSync(file, await response.text());
  const bare = await helper("bare-route.mjs", file, etag);
  const size = `${Math.round(readFileSync(file).length / 1024)} KB`;
  for (const [what, headers] of [
    ["200", {}],
    ["304", { "if-none-match": etag }],
  ]) {
    const pairs = [];
    for (let round = 0; round < rounds; round += 1) {
      const expect = what === "304" ? 304 : 200;
      const base = await load(bare.child.pid, { url: `${bare.url}/servers`, headers, expect });
      const ours = await load(hub.pid, { url: `${hub.url}/servers`, headers, expect });
      pairs.push({ base, ours });
    }
    const pick = (side, key) => median(pairs.map((pair) => pair[side][key]));
    const of = (side) => ({
      rate: pick(side, "rate"),
      p50: pick(side, "p50"),
      p99: pick(side, "p99"),
      cpuPer1000: pick(side, "cpuPer1000"),
    });
    const ratio = median(pairs.map((pair) => pair.ours.rate / pair.base.rate));
    const cpuRatio = median(pairs.map((pair) => pair.ours.cpuPer1000 / pair.base.cpuPer1000));
    row(`bare Hono route, ${count} servers (${size}), ${what}`, of("base"));
    row(
      `GET /servers, ${count} servers (${size}), ${what}`,
      of("ours"),
      `ratio ${ratio.toFixed(2)}, CPU ratio ${cpuRatio.toFixed(2)}`,
    );
  }
  await stop(bare.child);
}

async function main() {
  console.log(
    `\nMCP Hub benchmark, registry part: Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim()}`,
  );
  console.log(`16 callers, ${rounds} rounds of ${seconds} s, medians\n`);
  const upstreams = await helper("upstreams.mjs");

  let hub = await startHub(join(folder, "writes"));
  const leases = await registerMany(hub.url, 1_000, upstreams.url, "silent");
  let next = 0;
  const bodies = leases.map((_, index) =>
    registration(`silent server ${index}`, `${upstreams.url}/silent/${index}/mcp`),
  );
  const headers = { "content-type": "application/json" };
  const bare = await helper("bare-route.mjs", here("bare-route.mjs"), '"x"');
  row(
    "bare Hono route that echoes the same JSON",
    await repeated(() =>
      load(bare.child.pid, { url: `${bare.url}/echo`, method: "POST", headers, body: bodies[0] }),
    ),
  );
  await stop(bare.child);
  row(
    "POST /register, durable, 1,000 servers known",
    await repeated(() =>
      load(hub.pid, {
        url: `${hub.url}/register`,
        method: "POST",
        headers,
        requests: [
          { setupRequest: (request) => ({ ...request, body: bodies[next++ % bodies.length] }) },
        ],
      }),
    ),
  );
  // Each registration gave a new lease.
  const renewed = await registerMany(hub.url, 1_000, upstreams.url, "silent");
  row(
    "PUT /leases/{id}, 1,000 servers",
    await repeated(() =>
      load(hub.pid, {
        url: hub.url,
        method: "PUT",
        requests: [
          {
            setupRequest: (request) => ({
              ...request,
              path: `/leases/${renewed[next++ % renewed.length]}`,
            }),
          },
        ],
      }),
    ),
  );
  await stop(hub.child);

  hub = await startHub(join(folder, "many"));
  await registerMany(hub.url, 1_000, upstreams.url, "good");
  await allUp(hub, 1_000);
  await compareLists(hub, 1_000);
  const afterLoad1000 = residentMb(hub.pid);
  await stop(hub.child);

  const dataDir = join(folder, "reads");
  hub = await startHub(dataDir);
  const emptyReady = hub.readyMs;
  const emptyRss = residentMb(hub.pid);
  await registerMany(hub.url, 100, upstreams.url, "good");
  await allUp(hub, 100);
  await compareLists(hub, 100);
  const afterLoad = residentMb(hub.pid);
  await stop(hub.child);

  const starts = [];
  for (let round = 0; round < rounds; round += 1) {
    hub = await startHub(dataDir);
    const { tools } = await (await fetch(`${hub.url}/tools?limit=200`)).json();
    const list = await (await fetch(`${hub.url}/servers`)).json();
    const known = list.servers.reduce((sum, server) => sum + (server.capabilities?.tools ?? 0), 0);
    if (tools.length !== 200 || known !== 1_000) throw new Error(`only ${known} tools are visible`);
    const visibleMs = performance.now() - hub.begin;
    await allUp(hub, 100);
    starts.push({ visibleMs, upMs: performance.now() - hub.begin, rss: residentMb(hub.pid) });
    await stop(hub.child);
  }
  const of = (key) => Math.round(median(starts.map((start) => start[key])));
  console.log(
    `\n  spawn to ready, empty store                    ${Math.round(emptyReady)} ms, ${Math.round(emptyRss)} MB`,
  );
  console.log(`  spawn to all tools visible, 100 servers x 10   ${of("visibleMs")} ms`);
  console.log(`  spawn to all 100 servers probed and up         ${of("upMs")} ms, ${of("rss")} MB`);
  console.log(`  memory after load, 100 servers x 10 tools      ${Math.round(afterLoad)} MB`);
  console.log(`  memory after load, 1,000 servers               ${Math.round(afterLoad1000)} MB\n`);
}

try {
  await main();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
