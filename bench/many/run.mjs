// Many real stdio servers in one file. Each is listed directly first; those that start alone are then served by
// `mcp-hub run`, beside one that hangs and one that dies over and over. Prints a table, and exits with 1 when
// a promise is not kept. `--write` puts the table into the documentation.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { listDirectly, listThroughHub } from "./list.mjs";
import { installServers, workFolder } from "./packages.mjs";
import { freePort, memoryOf, processesWith, root, start, until } from "./programs.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
const wishedMs = 60_000;
const wishedMegabytes = 150;
/** For a machine that does other things as well: what takes longer than wished is told of, not cut off. */
const limitMs = 600_000;

const named = JSON.parse(readFileSync(join(here, "servers.json"), "utf8"));
const servers = installServers(named).map((server) => ({
  ...server,
  entry: {
    command: process.execPath,
    args: [server.program, ...(server.args ?? []).map((arg) => arg.replace("{work}", workFolder))],
    cwd: workFolder,
  },
}));

/** Does something for each, two at a time. */
async function forEach(all, work) {
  const left = [...all];
  await Promise.all(
    Array.from({ length: 2 }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
    }),
  );
}

await forEach(servers, async (server) => {
  try {
    server.direct = await listDirectly(server.entry);
  } catch (error) {
    server.reason = error.message;
  }
  console.log(`${server.id}: ${server.reason ?? `${server.direct.tools.length} tools`}`);
});
const alone = servers.filter(({ direct }) => direct !== undefined);

const folder = mkdtempSync(join(tmpdir(), "mcp-hub-many-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const script = (text) => ({ command: process.execPath, args: ["-e", text, folder] });
const file = join(folder, "mcp.json");
writeFileSync(
  file,
  JSON.stringify({
    mcpServers: {
      "that-hangs": script("process.stdin.resume()"),
      "that-dies": script("setTimeout(() => process.exit(1), 200)"),
      ...Object.fromEntries(
        alone.map(({ id, entry }) => [id, { ...entry, args: [...entry.args] }]),
      ),
    },
  }),
);

const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const env = {
  MCP_HUB_PORT: String(port),
  MCP_HUB_DATA_DIR: join(folder, "data"),
  LOG_FORMAT: "json",
};
const hub = start(["start"], env);
const answers = (path) =>
  fetch(`${url}${path}`).then(
    (response) => (response.ok ? response.json() : undefined),
    () => undefined,
  );
await until(() => answers("/readyz"), limitMs);
const idleMegabytes = memoryOf(hub.child.pid, "VmRSS");

const begin = performance.now();
const run = start(["run", file, "--hub", url, "--json"], { MCP_HUB_URL: url });
const isUp = new Map();
await until(async () => {
  for (const { name, status } of (await answers("/servers"))?.servers ?? [])
    if (status === "up" && !isUp.has(name)) isUp.set(name, performance.now() - begin);
  return alone.every(({ id }) => isUp.has(id));
}, limitMs);
const upAfterMs = alone.every(({ id }) => isUp.has(id)) ? Math.max(...isUp.values()) : undefined;
console.log(`${isUp.size} of ${alone.length} up after ${Math.round(upAfterMs ?? limitMs)} ms`);

await forEach(alone, async (server) => {
  try {
    const listed = await listThroughHub(`${url}/servers/${server.id}/mcp`);
    server.isEqual = isDeepStrictEqual(listed, server.direct);
    // Some say another thing each time, such as the hour.
    if (!server.isEqual)
      server.changes = !isDeepStrictEqual(await listDirectly(server.entry), server.direct);
  } catch (error) {
    server.problem = error.message;
  }
  console.log(`${server.id}: ${server.problem ?? (server.isEqual ? "equal" : "DIFFERS")}`);
});
const megabytes = {
  hub: memoryOf(hub.child.pid, "VmRSS"),
  hubMost: memoryOf(hub.child.pid, "VmHWM"),
  run: memoryOf(run.child.pid, "VmRSS"),
};
const states = run.output
  .split("\n")
  .flatMap((line) => (line.startsWith('{"event":"server"') ? [JSON.parse(line)] : []));
const lastOf = (name) => states.findLast((state) => state.name === name);
const deaths = lastOf("that-dies").restarts;
const hanging = lastOf("that-hangs").phase;

run.child.kill("SIGINT");
const { code } = await run.ended;
const left = alone.filter(({ program }) => processesWith(program).length > 0);
hub.child.kill("SIGINT");
await hub.ended;

const equal = alone.filter(({ isEqual, changes }) => isEqual || changes);
const facts = [
  ["servers in the list", String(servers.length)],
  ["start alone", String(alone.length)],
  ["up through the hub", String(isUp.size)],
  [
    `all of them up after (wished: ${wishedMs / 1_000} s)`,
    upAfterMs === undefined ? "not all" : `${(upAfterMs / 1_000).toFixed(0)} s`,
  ],
  ["definitions equal to those over stdio", `${equal.length} of ${alone.length}`],
  ["tools", String(alone.reduce((sum, { direct }) => sum + direct.tools.length, 0))],
  [
    "memory of the hub: before, with all, most",
    `${idleMegabytes}, ${megabytes.hub}, ${megabytes.hubMost} MB (wished: at most ${wishedMegabytes})`,
  ],
  ["memory of `mcp-hub run`", `${megabytes.run} MB`],
  ["beside them: one that dies was started", `${deaths} times`],
  ["beside them: one that hangs is", hanging],
  ["processes left after Ctrl-C", String(left.length)],
];
const faults = [
  ...(upAfterMs === undefined || upAfterMs > wishedMs ? ["not all were up in time"] : []),
  ...(equal.length < alone.length ? ["definitions differ"] : []),
  ...(megabytes.hub > wishedMegabytes ? ["the hub takes too much memory"] : []),
  ...(left.length > 0 || code !== 0 ? ["it did not end as it should"] : []),
];

function tableOf(heads, rows) {
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...rows.map((row) => row[at].length)),
  );
  const line = (cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at])).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join(
    "\n",
  );
}

const rows = servers.map((server) => [
  `\`${server.name}\``,
  server.version,
  server.direct === undefined ? "-" : String(server.direct.tools.length),
  isUp.has(server.id) ? `${(isUp.get(server.id) / 1_000).toFixed(0)} s` : "-",
  server.direct === undefined
    ? "does not start alone"
    : (server.problem ??
      (server.isEqual ? "equal" : server.changes ? "says another thing each time" : "DIFFERS")),
]);
const summary = tableOf(["", `on ${cpus().length} cores`], facts);
const table = tableOf(["package", "version", "tools", "up after", "definitions"], rows);
console.log(`\n${summary}\n\n${table}\n`);
for (const fault of faults) console.log(`NOT KEPT: ${fault}`);
if (values.write) {
  const page = join(root, "docs/reference/run-many.md");
  const [opening, end] = ["<!-- table: npm run run:many -- --write -->", "<!-- end of table -->"];
  const text = readFileSync(page, "utf8");
  const [before] = text.split(opening);
  const [, after] = text.split(end);
  writeFileSync(page, `${before}${opening}\n\n${summary}\n\n${table}\n\n${end}${after}`);
}
process.exit(faults.length === 0 ? 0 : 1);
