// tools/list of many servers, against one server that has all those tools itself; and, with 100 servers, how
// soon a hub that starts shows them all, and what memory it needs.
import { join } from "node:path";
import { ask } from "./connection.mjs";
import { fixed, median, printTable, Sheet } from "./figures.mjs";
import { allUp, isReady, register, startHub, visibleAfter } from "./hub.mjs";
import { callOf, modern, replyOf, requestText } from "./mcp.mjs";
import { startNginx } from "./nginx.mjs";
import { folder, residentMb, startScript, stop } from "./processes.mjs";

const toolsEach = 10;
const direct = "direct, one server";
const nginx = "nginx, one server";
const nodeProxy = "node:http proxy, one server";
const hub = "hub /mcp, all servers";

async function startFilledHub(dataDir, upstream, servers) {
  const filled = await startHub(dataDir);
  await isReady(filled);
  for (let index = 1; index <= servers; index += 1) {
    const endpoint = `${upstream.url}/modern/${index}/${toolsEach}/mcp`;
    await register(filled, `bench-${index}`, endpoint);
  }
  await allUp(filled, servers);
  await visibleAfter(filled.port, servers * toolsEach, performance.now());
  return filled;
}

async function measureSize(generator, sides, servers, { rounds, seconds }) {
  const tools = servers * toolsEach;
  const sheet = new Sheet();
  for (let round = 0; round < rounds; round += 1) {
    for (const { name, pid, port, path } of sides) {
      if (sheet.failure(name) !== undefined) continue;
      const job = {
        kind: "list",
        target: { port, path: path ?? `/modern/0/${tools}/mcp`, era: modern },
        callers: 1,
        request: { method: "tools/list" },
        leastTools: tools,
      };
      try {
        sheet.add(name, await generator.measure({ job, pid, seconds }));
      } catch (error) {
        sheet.fail(name, error.message);
      }
    }
  }
  const heads = ["", "lists/s", "of direct", "p50 ms", "p95 ms", "added p50", "CPU s/1000"];
  const rows = sides.map(({ name }) => [
    name,
    sheet.failure(name) === undefined ? fixed(sheet.of(name, "rate"), 0) : "failed",
    fixed(sheet.ratio(name, direct, "rate"), 3),
    fixed(sheet.of(name, "p50"), 2),
    fixed(sheet.of(name, "p95"), 2),
    fixed(sheet.difference(name, direct, "p50"), 2),
    fixed(sheet.of(name, "cpuPer1000"), 2),
  ]);
  printTable(`tools/list, ${servers} servers of ${toolsEach} tools, 1 caller`, heads, rows);
  for (const { name } of sides) {
    const failure = sheet.failure(name);
    if (failure !== undefined) console.log(`  ${name}: ${failure}`);
  }
  return sheet;
}

/** Calls every server once, then one of them as fast as 16 callers can, and reads lists. */
async function loadAll(generator, { port, pid }, servers, seconds) {
  const target = { port, path: "/mcp", era: modern };
  for (let index = 1; index <= servers; index += 1) {
    const request = callOf(`bench-${index}__tool_1`, { id: index });
    const { body } = await ask(port, requestText(target, request));
    if (replyOf(body, index).result === undefined) throw new Error(`bench-${index}: ${body}`);
  }
  const call = { kind: "call", request: callOf("bench-1__tool_1"), leastBytes: 40 };
  const list = { kind: "list", request: { method: "tools/list" }, leastTools: servers * toolsEach };
  for (const job of [call, list]) {
    await generator.measure({ job: { ...job, target, callers: 16 }, pid, seconds });
  }
}

async function measureStart(generator, dataDir, servers, { rounds, seconds }) {
  const starts = [];
  for (let round = 0; round < rounds; round += 1) {
    const started = await startHub(dataDir);
    const visibleMs = await visibleAfter(started.port, servers * toolsEach, started.begin);
    await allUp(started, servers);
    const upMs = performance.now() - started.begin;
    const idleMb = residentMb(started.pid);
    await loadAll(generator, started, servers, seconds);
    starts.push({ visibleMs, upMs, idleMb, afterMb: residentMb(started.pid) });
    await stop(started.child);
  }
  return (key) => median(starts.map((start) => start[key]));
}

export async function measureLists(generator, options) {
  const upstream = await startScript("upstream.mjs");
  const proxy = await startScript("node-proxy.mjs", upstream.port, upstream.port);
  const web = await startNginx(upstream.port, upstream.port);
  const figures = { listMs: {} };
  const around = [
    { name: direct, pid: undefined, port: upstream.port },
    ...(web === undefined ? [] : [{ name: nginx, ...web }]),
    { name: nodeProxy, pid: proxy.pid, port: proxy.port },
  ];
  for (const servers of [10, 100, 500]) {
    const dataDir = join(folder, `lists-${servers}`);
    const filled = await startFilledHub(dataDir, upstream, servers);
    const sides = [...around, { name: hub, pid: filled.pid, port: filled.port, path: "/mcp" }];
    const sheet = await measureSize(generator, sides, servers, options);
    console.log(`  memory of the hub after these lists: ${fixed(residentMb(filled.pid), 0)} MB`);
    figures.listMs[servers] = sheet.of(hub, "p50");
    await stop(filled.child);
    if (servers !== 100) continue;
    figures.listCpu = sheet.of(hub, "cpuPer1000");
    const of = await measureStart(generator, dataDir, servers, options);
    figures.startMs = of("visibleMs");
    figures.afterMb = of("afterMb");
    printTable(
      "100 servers registered, the hub starts",
      ["", ""],
      [
        ["spawn to all 1,000 tools visible at /mcp", `${fixed(of("visibleMs"), 0)} ms`],
        ["spawn to all servers probed and up", `${fixed(of("upMs"), 0)} ms`],
        ["memory, idle", `${fixed(of("idleMb"), 0)} MB`],
        ["memory after 16 callers' calls and lists", `${fixed(of("afterMb"), 0)} MB`],
      ],
    );
  }
  for (const one of [proxy, upstream, web]) if (one !== undefined) await stop(one.child);
  return figures;
}
