// One of ten servers accepts connections and never answers: what it costs those who do not even call it, and
// how a call to it ends.
import { join } from "node:path";
import { ask } from "./connection.mjs";
import { fixed, printTable } from "./figures.mjs";
import { allUp, isReady, listedTools, register, startHub, visibleAfter } from "./hub.mjs";
import { callOf, modern, replyOf, requestText } from "./mcp.mjs";
import { folder, startScript, stop } from "./processes.mjs";

const servers = 10;
const toolsEach = 10;
const deadOne = 5;
export const callLimitMs = 2_000;
const settings = { MCP_HUB_CALL_TIMEOUT_MS: String(callLimitMs) };
const healthy = (name) => !name.startsWith(`bench-${deadOne}__`);

function kill({ child }, number) {
  return new Promise((resolve) => {
    child.once("message", resolve);
    child.send({ dead: number });
  });
}

async function registerAll(hub, upstream) {
  for (let index = 1; index <= servers; index += 1) {
    await register(hub, `bench-${index}`, `${upstream.url}/modern/${index}/${toolsEach}/mcp`);
  }
}

/** It never answered at all: when are the other servers' tools there? */
async function deadFromTheStart() {
  const upstream = await startScript("upstream.mjs");
  await kill(upstream, deadOne);
  const dataDir = join(folder, "dead-from-the-start");
  const others = (servers - 1) * toolsEach;
  let hub = await startHub(dataDir, settings);
  await isReady(hub);
  await registerAll(hub, upstream);
  const options = { isWanted: healthy };
  const registeredMs = await visibleAfter(hub.port, others, performance.now(), options);
  await stop(hub.child);
  hub = await startHub(dataDir, settings);
  const spawnedMs = await visibleAfter(hub.port, others, hub.begin, options);
  await stop(hub.child);
  await stop(upstream.child);
  return { registeredMs, spawnedMs };
}

/** How the call ends: after how long, and whether as a JSON-RPC error. */
async function callDead(port) {
  const target = { port, path: "/mcp", era: modern };
  const begin = performance.now();
  const request = requestText(target, callOf(`bench-${deadOne}__tool_1`, { id: 9 }));
  const { body } = await ask(port, request, { limitMs: 3 * callLimitMs });
  const ms = performance.now() - begin;
  const { error, result } = replyOf(body, 9);
  return { ms, isError: error !== undefined, text: error?.message ?? JSON.stringify(result) };
}

/** Lists and calls of a healthy server, one caller, about half a second each. */
async function around(generator, { port, pid }) {
  const target = { port, path: "/mcp", era: modern };
  const base = { target, callers: 1 };
  const list = { ...base, kind: "list", request: { method: "tools/list" }, leastTools: 90 };
  const call = { ...base, kind: "call", request: callOf("bench-1__tool_1"), leastBytes: 40 };
  return {
    list: await generator.measure({ job: list, pid, seconds: 0.5 }),
    call: await generator.measure({ job: call, pid, seconds: 0.5 }),
  };
}

/** All ten were there; then one goes silent. */
async function deadLater(generator) {
  const upstream = await startScript("upstream.mjs");
  const hub = await startHub(join(folder, "dead-later"), settings);
  await isReady(hub);
  await registerAll(hub, upstream);
  await allUp(hub, servers);
  await visibleAfter(hub.port, servers * toolsEach, performance.now());
  const before = await around(generator, hub);
  await kill(upstream, deadOne);
  const ending = callDead(hub.port).catch((error) => ({ ms: Number.NaN, text: error.message }));
  const begin = performance.now();
  await listedTools(hub.port);
  const firstListMs = performance.now() - begin;
  const after = await around(generator, hub);
  const first = await ending;
  const second = await callDead(hub.port).catch((error) => ({
    ms: Number.NaN,
    text: error.message,
  }));
  await stop(hub.child);
  await stop(upstream.child);
  return { before, after, firstListMs, first, second };
}

export async function measureDead(generator) {
  const start = await deadFromTheStart();
  const later = await deadLater(generator);
  const { before, after, first, second, firstListMs } = later;
  const both = (what, figure) =>
    `${fixed(before[what][figure], 2)} before, ${fixed(after[what][figure], 2)} ms after`;
  printTable(
    `one of ten servers is silent; the limit of a call is ${callLimitMs} ms`,
    ["", ""],
    [
      ["silent from the start: the other 90 tools, since spawn", `${fixed(start.spawnedMs, 0)} ms`],
      ["the same, since the last registration", `${fixed(start.registeredMs, 0)} ms`],
      ["silent later: first tools/list", `${fixed(firstListMs, 2)} ms`],
      ["tools/list p50", both("list", "p50")],
      ["tools/list p95", both("list", "p95")],
      ["call of a healthy server p50", both("call", "p50")],
      ["call of a healthy server p95", both("call", "p95")],
      ["call of the silent one ends after", `${fixed(first.ms, 0)} ms: ${first.text}`],
      ["the next call of it ends after", `${fixed(second.ms, 1)} ms: ${second.text}`],
    ],
    { isText: true },
  );
  return {
    deadStartMs: start.spawnedMs,
    deadListMs: Math.max(firstListMs, after.list.p95),
    healthyGainMs: after.call.p50 - before.call.p50,
    healthyGainP95Ms: after.call.p95 - before.call.p95,
    deadCallOffMs: first.isError ? Math.abs(first.ms - callLimitMs) : undefined,
    nextCallMs: second.isError ? second.ms : undefined,
  };
}
