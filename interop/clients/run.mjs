// Every client lists and calls through a real hub with real servers. Prints a table; exits with 1 when one
// fails. `--write` puts the table into the documentation.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { calls, clients, faultsOf } from "./expected.mjs";
import { here, root, runClient, startHub } from "./programs.mjs";
import { Wire } from "./wire.mjs";

const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } });
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

async function tryClient(client, url, wire) {
  wire.clear();
  const given = [`${url}/mcp`, JSON.stringify(calls), ...(client.options ?? [])];
  const row = { client, tools: "-", answers: "-" };
  try {
    const report = await runClient([join(here, "clients", client.program), ...given], {
      limitMs,
      env: client.env,
    });
    const right = calls.filter(({ answer }, index) => report.results[index]?.includes(answer));
    row.tools = report.tools.length;
    row.answers = `${right.length} of ${calls.length}`;
    row.faults = faultsOf(client, report, wire);
  } catch (error) {
    row.faults = [error.message];
  }
  row.wire = wireColumn(wire);
  return row;
}

function tableOf(rows) {
  const heads = ["client", "version", "spoke", "tools listed", "calls answered", "verdict"];
  const cells = rows.map(({ client, wire, tools, answers, faults }) => [
    `${client.name} (\`${client.package}\`)`,
    versionOf(client.package),
    wire,
    String(tools),
    answers,
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

const wire = new Wire();
const servers = [1, 2, 3].map((number) => `apps/demo-servers/dist/server-${number}.js`);
const hubUrl = await startHub([
  ...servers.map((path) => join(root, path)),
  join(here, "session-server.mjs"),
]);
const url = await wire.listen(hubUrl);
const rows = [];
for (const client of clients) rows.push(await tryClient(client, url, wire));

const table = tableOf(rows);
console.log(`\n${table}\n`);
for (const { client, faults } of rows)
  for (const fault of faults) console.error(`${client.name}: ${fault}`);
if (values.write) writeTable(table);
process.exit(rows.some(({ faults }) => faults.length > 0) ? 1 : 0);
