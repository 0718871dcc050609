// npm run soak: clients of both eras call servers of both SDKs through the hub, for ten minutes unless told
// otherwise, while servers are stopped, killed and started. Shows that nothing fails without a reason and that
// nothing grows.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { cleanUp, folder, freePort, keep, residentMb, sleep } from "../gateway/processes.mjs";
import { legacyClient, modernClient } from "./client.mjs";
import { handlesOf } from "./handles.mjs";
import { readSoakOptions } from "./options.mjs";

const { minutes, servers: serverCount, clients: clientCount, rate } = readSoakOptions();
/** More servers than these share processes, and come and go together. */
const processCount = Math.min(serverCount, 20);
const warmUpShare = 0.25;
/** In a shorter run, handles are not counted at rest. */
const restsFromMinutes = 5;
/** Longer than sessions without a client last here, and than connections are kept for the next call. */
const restMs = 25_000;
/** Memory that grows is told from memory that fluctuates only in a run of so many minutes; a shorter one shows its figures. */
const judgedFromMinutes = 30;
const most = { memory: 1, handles: 5 };
const here = (name) => new URL(name, import.meta.url).pathname;
const count = { calls: 0, lists: 0, sessions: 0, restarts: 0, explained: 0, wrong: 0 };
const unexplained = new Map();
let isOver = false;

function start(script, args, env) {
  return keep(
    spawn(process.execPath, [script, ...args], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "ignore", script.endsWith("upstream.mjs") ? "ignore" : "inherit"],
    }),
  );
}

let nextServer = 0;
let nextTurn = performance.now();

/** Until the next call may begin, so that all clients together make `rate` calls a second. */
async function turn() {
  if (rate === undefined) return;
  const at = Math.max(nextTurn, performance.now());
  nextTurn = at + 1_000 / rate;
  await sleep(at - performance.now());
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

/** When each process ended last, by its index; one that is being ended may yet have been asked. */
const endedAt = new Map();

/** `server`: the index of one that asks its client something, and knows what it asked no more once it was started again. */
async function attempt(what, run, server) {
  const begun = performance.now();
  try {
    return await run();
  } catch (error) {
    const isForgotten =
      /Invalid or expired requestState/.test(String(error?.message)) &&
      endedAt.get(server % processCount) > begun;
    if (isExplained(error) || isForgotten) count.explained += 1;
    else if (!isOver) {
      const text = `${what}: ${String(error?.message ?? error).slice(0, 160)}`;
      if (!unexplained.has(text)) console.log(`  unexplained: ${text}`);
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
      const at = nextServer++ % serverCount;
      const server = `soak-${at}`;
      const word = `${index}-${round}`;
      if (round % 10 === 0) {
        count.lists += 1;
        await attempt("list", () => client.list());
      }
      count.calls += 3;
      await turn();
      check(await attempt("echo", () => client.call(`${server}__echo`, { text: word })), word);
      const steps = [];
      await turn();
      const counted = await attempt("count", () =>
        client.call(`${server}__count`, { to: 3 }, ({ progress }) => {
          // What the hub tells a call that waits for a restart is 0 at most; the server counts from 1.
          if (progress > 0) steps.push(progress);
        }),
      );
      check(counted, "counted to 3");
      if (counted !== undefined && counted.isError !== true && steps.join() !== "1,2,3")
        count.wrong += 1;
      await turn();
      check(await attempt("ask", () => client.call(`${server}__ask`, {}), at), "heard soak");
    }
    // It goes without ending its session, as most clients do; the hub has to notice by itself.
    await client.close().catch(() => undefined);
  }
}

/** Servers come and go, one process at a time, politely and not. */
async function disturb(servers, begin) {
  while (!isOver) {
    await sleep(1_500 + Math.random() * 1_500);
    const index = Math.floor(Math.random() * servers.length);
    const server = servers[index];
    endedAt.set(index, Number.POSITIVE_INFINITY);
    server.kill(Math.random() < 0.5 ? "SIGTERM" : "SIGKILL");
    await ended(server);
    endedAt.set(index, performance.now());
    await sleep(Math.random() * 3_000);
    // Also at the end: what is counted at rest has all servers.
    servers[index] = begin(index);
    count.restarts += 1;
  }
}

const sumOf = (kinds) => Object.values(kinds).reduce((sum, one) => sum + one, 0);
const said = (kinds) =>
  Object.entries(kinds)
    .map(([kind, handles]) => `${kind} ${handles}`)
    .join(", ");

function sample(pid, port) {
  const kinds = handlesOf(pid, port);
  return { at: performance.now(), megabytes: residentMb(pid), kinds, handles: sumOf(kinds) };
}

/**
 * The fewest handles of some time in which no client calls: what is kept for the next call has run out by then. Undefined
 * in a run that is too short for it.
 */
async function atRest(pid, port) {
  if (minutes < restsFromMinutes) return undefined;
  let fewest = handlesOf(pid, port);
  const end = performance.now() + restMs;
  while (performance.now() < end) {
    await sleep(500);
    const now = handlesOf(pid, port);
    if (sumOf(now) <= sumOf(fewest)) fewest = now;
  }
  return fewest;
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
  const namesOf = (index) => {
    const names = [];
    for (let at = index; at < serverCount; at += processCount) names.push(`Soak ${at}`);
    return names;
  };
  const begin = (index) =>
    start(here("upstream.mjs"), [index % 2 === 0 ? "v1" : "v2", ...namesOf(index)], {
      MCP_HUB_URL: url,
      LOG_LEVEL: "silent",
    });
  const servers = Array.from({ length: processCount }, (_, index) => begin(index));
  const allUp = async () => {
    for (;;) {
      const { servers: up } = await (await fetch(`${url}/servers?status=up&limit=1000`)).json();
      if (up.length === serverCount && up.every(({ capabilities }) => capabilities !== null)) break;
      await sleep(50);
    }
  };
  await allUp();
  const before = await atRest(hub.pid, port);
  console.log(
    `${serverCount} servers, ${clientCount} clients, ${minutes} minutes${rate === undefined ? "" : `, ${rate} calls a second`}; a line a minute`,
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
    samples.push(sample(hub.pid, port));
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
  await allUp();
  const after = await atRest(hub.pid, port);
  const settled = samples.slice(Math.floor(samples.length * warmUpShare));
  const memory = growth(settled, "megabytes");
  console.log(
    `\n${count.calls} calls, ${count.lists} lists, ${count.sessions} sessions, ${count.restarts} restarts`,
  );
  console.log(
    `explained failures ${count.explained} (each names its server), unexplained ${[...unexplained.values()].reduce((sum, one) => sum + one, 0)}, wrong answers ${count.wrong}`,
  );
  for (const [text, times] of unexplained) console.log(`  ${times} x ${text}`);
  console.log(
    `memory ${settled.at(-1).megabytes.toFixed(0)} MB, ${memory.toFixed(1)} MB more in ten minutes`,
  );
  // How many connections are kept for the next call goes with how much is called: that says nothing of a leak.
  const working = settled.map((one) => one.handles);
  console.log(
    `handles ${Math.min(...working)} to ${Math.max(...working)} while clients call, at the end ${said(settled.at(-1).kinds)}`,
  );
  if (before !== undefined) console.log(`at rest before: ${said(before)}; after: ${said(after)}`);
  const isLean = minutes < judgedFromMinutes || memory < most.memory;
  const isClosed = before === undefined || sumOf(after) - sumOf(before) <= most.handles;
  if (!isLean) console.log(`it grows: at most ${most.memory} MB were expected`);
  if (!isClosed)
    console.log(`handles stay open: at most ${most.handles} more were expected at rest`);
  const isGood = unexplained.size === 0 && count.wrong === 0 && isLean && isClosed;
  console.log(isGood ? "soak: passed" : "soak: FAILED");
  process.exitCode = isGood ? 0 : 1;
}

try {
  await main();
} finally {
  cleanUp();
}
process.exit();
