// npm run soak: clients of both eras call servers of both SDKs through the hub for ten minutes, while servers
// are stopped, killed and started. Shows that nothing fails without a reason and that nothing grows.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.mjs";
import { legacyClient, modernClient } from "./client.mjs";

const minutes = Number(option("--minutes") ?? 10);
const serverCount = 8;
const clientCount = 6;
const warmUpShare = 0.25;
const folder = mkdtempSync(join(tmpdir(), "mcp-hub-soak-"));
const children = new Set();
const here = (name) => new URL(name, import.meta.url).pathname;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const count = { calls: 0, lists: 0, sessions: 0, restarts: 0, explained: 0, wrong: 0 };
const unexplained = new Map();
let isOver = false;

function option(name) {
  const at = process.argv.indexOf(name);
  return at === -1 ? undefined : process.argv[at + 1];
}

function start(script, args, env) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", script.endsWith("upstream.mjs") ? "ignore" : "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  return child;
}

const ended = (child) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once("exit", resolve));

/** Failures that a server which is being stopped may cause; the hub must say so itself. */
function isExplained(error) {
  const said = error?.data?.hubError ?? error?.error?.data?.hubError;
  return typeof said === "string" || /Unknown tool/.test(String(error?.message));
}

async function attempt(what, run) {
  try {
    return await run();
  } catch (error) {
    if (isExplained(error)) count.explained += 1;
    else if (!isOver) {
      const text = `${what}: ${String(error?.message ?? error).slice(0, 160)}`;
      unexplained.set(text, (unexplained.get(text) ?? 0) + 1);
    }
    return undefined;
  }
}

const textOf = (result) => result?.content?.[0]?.text;

function check(result, expected) {
  if (result === undefined) return;
  if (textOf(result) !== expected && result.isError !== true) count.wrong += 1;
}

/** One client: works for a while, goes, and comes back as another. */
async function useHub(url, open, index) {
  while (!isOver) {
    const client = await attempt("connect", () => open(`${url}/mcp`));
    if (client === undefined) {
      await sleep(200);
      continue;
    }
    count.sessions += 1;
    for (let round = 0; round < 40 && !isOver; round += 1) {
      const server = `soak-${(index + round) % serverCount}`;
      const word = `${index}-${round}`;
      if (round % 10 === 0) {
        count.lists += 1;
        await attempt("list", () => client.list());
      }
      count.calls += 3;
      check(await attempt("echo", () => client.call(`${server}__echo`, { text: word })), word);
      let events = 0;
      const counted = await attempt("count", () =>
        client.call(`${server}__count`, { to: 3 }, () => {
          events += 1;
        }),
      );
      check(counted, "counted to 3");
      if (counted !== undefined && counted.isError !== true && events !== 3) count.wrong += 1;
      check(await attempt("ask", () => client.call(`${server}__ask`, {})), "heard soak");
    }
    // It goes without ending its session, as most clients do; the hub has to notice by itself.
    await client.close().catch(() => undefined);
  }
}

/** Servers come and go, one at a time, politely and not. */
async function disturb(servers, begin) {
  while (!isOver) {
    await sleep(1_500 + Math.random() * 1_500);
    const index = Math.floor(Math.random() * servers.length);
    const server = servers[index];
    server.kill(Math.random() < 0.5 ? "SIGTERM" : "SIGKILL");
    await ended(server);
    await sleep(Math.random() * 3_000);
    if (!isOver) servers[index] = begin(index);
    count.restarts += 1;
  }
}

function sample(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return {
    at: performance.now(),
    megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024,
    handles: readdirSync(`/proc/${pid}/fd`).length,
  };
}

/** What a figure grows by in ten minutes: the slope of the line that fits best. */
function growth(samples, key) {
  const meanAt = samples.reduce((sum, one) => sum + one.at, 0) / samples.length;
  const mean = samples.reduce((sum, one) => sum + one[key], 0) / samples.length;
  let above = 0;
  let below = 0;
  for (const one of samples) {
    above += (one.at - meanAt) * (one[key] - mean);
    below += (one.at - meanAt) ** 2;
  }
  return (above / below) * 600_000;
}

async function main() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const hub = start(here("../../apps/hub/dist/main.js"), [], {
    MCP_HUB_PORT: String(port),
    MCP_HUB_DATA_DIR: join(folder, "data"),
    MCP_HUB_SESSION_IDLE_MS: "10000",
    LOG_LEVEL: "error",
    LOG_FORMAT: "json",
  });
  while (
    !(await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(20);
  const begin = (index) =>
    start(here("upstream.mjs"), [`Soak ${index}`, index % 2 === 0 ? "v1" : "v2"], {
      MCP_HUB_URL: url,
      LOG_LEVEL: "silent",
    });
  const servers = Array.from({ length: serverCount }, (_, index) => begin(index));
  for (;;) {
    const { servers: up } = await (await fetch(`${url}/servers?status=up`)).json();
    if (up.length === serverCount && up.every(({ capabilities }) => capabilities !== null)) break;
    await sleep(50);
  }
  console.log(
    `${serverCount} servers, ${clientCount} clients, ${minutes} minutes; a line a minute`,
  );
  const work = Array.from({ length: clientCount }, (_, index) =>
    useHub(url, index % 2 === 0 ? legacyClient : modernClient, index),
  );
  const disturbing = disturb(servers, begin);
  const samples = [];
  const until = performance.now() + minutes * 60_000;
  let told = 0;
  while (performance.now() < until) {
    await sleep(Math.min(2_000, minutes * 1_000));
    samples.push(sample(hub.pid));
    const last = samples.at(-1);
    if (samples.length >= told + 30) {
      told = samples.length;
      console.log(
        `  ${count.calls} calls, ${count.sessions} sessions, ${count.restarts} restarts, ${count.explained} explained failures, ${unexplained.size} kinds of unexplained, ${last.megabytes.toFixed(0)} MB, ${last.handles} handles`,
      );
    }
  }
  isOver = true;
  await Promise.race([Promise.all([...work, disturbing]), sleep(15_000)]);
  const settled = samples.slice(Math.floor(samples.length * warmUpShare));
  const memory = growth(settled, "megabytes");
  const handles = growth(settled, "handles");
  console.log(
    `\n${count.calls} calls, ${count.lists} lists, ${count.sessions} sessions, ${count.restarts} restarts`,
  );
  console.log(
    `explained failures ${count.explained} (each names its server), unexplained ${[...unexplained.values()].reduce((sum, one) => sum + one, 0)}, wrong answers ${count.wrong}`,
  );
  for (const [text, times] of unexplained) console.log(`  ${times} x ${text}`);
  console.log(
    `memory ${settled.at(-1).megabytes.toFixed(0)} MB, ${memory.toFixed(1)} MB more in ten minutes; handles ${settled.at(-1).handles}, ${handles.toFixed(1)} more in ten minutes`,
  );
  const isGood = unexplained.size === 0 && count.wrong === 0;
  console.log(isGood ? "soak: passed" : "soak: FAILED");
  process.exitCode = isGood ? 0 : 1;
}

try {
  await main();
} finally {
  for (const child of children) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
