// Every client lists and calls through a real hub with real servers. Prints a table; exits with 1 when one
// fails. `--write` puts the table into the documentation; `--only "LangChain,Mastra"` tries these clients.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findNode } from "../node24.mjs";
import {
  agentAnswer,
  agents,
  calls,
  clients,
  deadServer,
  faultsOf,
  isMade,
  servers,
  ways,
} from "./expected.mjs";
import { here, root, runClient, runToEnd, startHub } from "./programs.mjs";
import { Wire } from "./wire.mjs";

const { values } = parseArgs({
  options: { write: { type: "boolean", default: false }, only: { type: "string" } },
});
/** Starting a client takes a second or two; the rest is for a busy machine. */
const limitMs = 60_000;
const page = join(root, "docs/reference/clients.md");
const markers = ["<!-- table: npm run interop:clients -- --write -->", "<!-- end of table -->"];

const versionOf = (name) =>
  JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;

function wireColumn(wire) {
  if (wire.revisions.size === 0) return "nothing";
  const opened = wire.count("initialize");
  const sessions =
    opened === 0 ? "no session" : `${opened} sessions opened, ${wire.endedSessions} ended`;
  const probe = wire.count("server/discover") > 0 ? "`server/discover`, " : "";
  return `${probe}${[...wire.revisions].join(", ")}, ${sessions.replace("1 sessions", "1 session")}`;
}

/** One client in one way. Whatever goes wrong is in its faults. */
async function tryWay(client, way, url, wire) {
  wire.clear();
  const made = client.listsOnly ? [] : calls.filter((call) => isMade(way, call));
  const given = [`${url}/mcp`, JSON.stringify(made), ...(client.options ?? [])];
  try {
    const report = await runClient([join(here, "clients", client.program), ...given], {
      limitMs,
      env: {
        ...client.env,
        HUB_URL: url,
        HUB_WAY: way,
        HUB_SERVERS: [...servers, "dead-server"].join(),
      },
      ...(client.onNode24 ? { node: node24 } : {}),
    });
    const right = made.filter(({ answer }, index) => report.results[index]?.includes(answer));
    const answered = client.listsOnly ? "" : `, ${right.length} of ${made.length} calls`;
    const says = `${report.tools.length} tools${answered}`;
    return { says, faults: faultsOf({ client, way, report, made, wire }) };
  } catch (error) {
    return { says: "FAILS", faults: [error.message] };
  }
}

async function tryClient(client, url, wire) {
  const row = { client, says: [], faults: [] };
  for (const way of ways) {
    if (client.ways !== undefined && !client.ways.includes(way)) {
      row.says.push("-");
      continue;
    }
    const { says, faults } = await tryWay(client, way, url, wire);
    if (way === "by hand") row.wire = wireColumn(wire);
    row.says.push(says);
    row.faults.push(...faults.map((fault) => `${way}: ${fault}`));
  }
  return row;
}

/** What is wrong with an agent that asks the hub and chooses by itself; undefined when nothing is. */
async function faultOfAgent({ program, onNode24 }, url) {
  const options = { limitMs, env: { MCP_HUB_URL: url }, ...(onNode24 ? { node: node24 } : {}) };
  try {
    const { stdout } = await runToEnd([join(here, "agents", program)], options);
    if (stdout.includes(agentAnswer)) return undefined;
    return `it said ${JSON.stringify(stdout)}, not ${agentAnswer}`;
  } catch (error) {
    return error.message;
  }
}

function tableOf(rows) {
  const heads = [
    "client",
    "version",
    "Node",
    "spoke",
    "by hand",
    "data, hub",
    "data, direct",
    "verdict",
  ];
  const cells = rows.map(({ client, wire, says, faults }) => [
    `${client.name} (\`${client.package}\`)`,
    versionOf(client.package),
    client.onNode24 ? "24" : "20",
    wire,
    ...says,
    faults.length === 0 ? "works" : "FAILS",
  ]);
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...cells.map((row) => row[column].length)),
  );
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [heads, widths.map((width) => "-".repeat(width)), ...cells].map(line).join("\n");
}

function writeTable(table) {
  const text = readFileSync(page, "utf8");
  const [before, rest] = text.split(markers[0]);
  const after = rest?.split(markers[1])[1];
  if (after === undefined) throw new Error(`${page} lacks the markers ${markers.join(" and ")}`);
  writeFileSync(page, `${before}${markers.join(`\n\n${table}\n\n`)}${after}`);
}

const node24 = findNode(import.meta.url);
const wire = new Wire();
const demos = [1, 2, 3].map((number) => `apps/demo-servers/dist/server-${number}.js`);
const hubUrl = await startHub(
  [...demos.map((path) => join(root, path)), join(here, "session-server.mjs")],
  deadServer,
);
const url = await wire.listen(hubUrl);
const only = values.only?.split(",");
const rows = [];
for (const client of clients)
  if (only === undefined || only.includes(client.name))
    rows.push(await tryClient(client, url, wire));

let failedAgents = 0;
for (const agent of only === undefined ? agents : []) {
  const fault = await faultOfAgent(agent, url);
  console.log(
    `agents/${agent.program}: ${fault ?? "asks the hub, chooses a server, calls its tool"}`,
  );
  if (fault !== undefined) failedAgents += 1;
}

const table = tableOf(rows);
console.log(`\n${table}\n`);
for (const { client, faults } of rows)
  for (const fault of faults) console.error(`${client.name}: ${fault}`);
if (values.write && only === undefined) writeTable(table);
process.exit(failedAgents > 0 || rows.some(({ faults }) => faults.length > 0) ? 1 : 0);
