// The table, on the terminal and in the documentation.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tally } from "./compare.mjs";
import { root } from "./programs.mjs";

const page = join(root, "docs/reference/conformance.md");
const markers = ["<!-- table: npm run conformance -- --write -->", "<!-- end of table -->"];

function cell(checks) {
  const counts = tally(checks);
  if (counts === undefined) return "did not run";
  return `${counts.passed}/${counts.failed}${counts.warned > 0 ? ` (${counts.warned} warned)` : ""}`;
}

function sum(results) {
  const all = tally([...results.values()].flat());
  return `${all.passed}/${all.failed}`;
}

/** How many of the scored scenarios have a passed check and no failed one. */
export function scoreOf(results, scored) {
  return scored.filter((scenario) => {
    const counts = tally(results.get(scenario));
    return counts !== undefined && counts.passed > 0 && counts.failed === 0;
  }).length;
}

function lines(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`;
  const [head, ...rest] = rows.map(line);
  return [head, line(widths.map((width) => "-".repeat(width))), ...rest].join("\n");
}

/** Whether a scenario has the same passed checks on every path, and no failed one. */
function isAlike(scenario, columns) {
  const cells = Object.values(columns).map((results) => cell(results.get(scenario)));
  const counts = tally(columns.direct.get(scenario));
  return cells.every((one) => one === cells[0]) && counts?.failed === 0 && counts.warned === 0;
}

function folded(scenarios) {
  if (scenarios.length === 0) return "";
  const names = scenarios.map((scenario) => `\`${scenario}\``).join(", ");
  return `\n\n<details><summary>The ${scenarios.length} scenarios that pass with the same checks on every path</summary>\n\n${names}\n\n</details>`;
}

/** One section: the scenarios of a leg and a revision, passed/failed checks by path. */
export function section({ leg, revision, scored, columns }) {
  const direct = columns.direct;
  const paths = Object.keys(columns);
  const ran = scored.filter((scenario) => direct.has(scenario));
  const alike = [...direct.keys()].filter((scenario) => isAlike(scenario, columns));
  const rows = [
    ["scenario", "", ...paths],
    ...[...direct.keys()]
      .filter((scenario) => !alike.includes(scenario))
      .map((scenario) => [
        `\`${scenario}\``,
        scored.includes(scenario) ? "scored" : "",
        ...paths.map((path) => cell(columns[path].get(scenario))),
      ]),
    ["**checks**", "", ...paths.map((path) => sum(columns[path]))],
    ["**scored**", "", ...paths.map((path) => `${scoreOf(columns[path], ran)} of ${ran.length}`)],
  ];
  const who = leg === "server" ? "Server scenarios" : "Client scenarios";
  return `### ${who}, ${revision}\n\n${lines(rows)}${folded(alike)}`;
}

export function writeTable(text) {
  const old = readFileSync(page, "utf8");
  const [before, rest] = old.split(markers[0]);
  const after = rest?.split(markers[1])[1];
  if (after === undefined) throw new Error(`${page} lacks the markers ${markers.join(" and ")}`);
  writeFileSync(page, `${before}${markers.join(`\n\n${text}\n\n`)}${after}`);
}
