// Runs the official conformance suite directly and through a real hub, prints a table, and exits with 1 when the
// hub loses a single check. Options:
//   --direct-only                     without a hub
//   --path pass-through|aggregate     only this way through the hub
//   --leg server|client               only this half of the suite
//   --scenario NAME                   only this scenario
//   --hubs N                          through so many hubs on one Postgres, behind one nginx. Default: one, on a file
//   --write                           puts the table into the documentation
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runClientLeg } from "./client-leg.mjs";
import { baselineFaults, lossesOf, strayLines } from "./compare.mjs";
import { here, serversUp, startEverything, startHubs, startOthers } from "./programs.mjs";
import { runServerLeg, serverTargets } from "./server-leg.mjs";
import { revisions, scoredScenarios, suiteVersion } from "./suite.mjs";
import { section, writeTable } from "./table.mjs";

const { values } = parseArgs({
  options: {
    "direct-only": { type: "boolean", default: false },
    path: { type: "string" },
    leg: { type: "string" },
    scenario: { type: "string" },
    hubs: { type: "string", default: "1" },
    write: { type: "boolean", default: false },
  },
});
const { path, leg: onlyLeg, scenario } = values;
const isWholeRun = scenario === undefined;
const known = JSON.parse(readFileSync(join(here, "known-failures.json"), "utf8"));

/** How a loss ends whose check never ran, because nothing of the kind crossed the hub. */
const notAsked = ": it did not run";
const throughHub = ["pass-through", "aggregate"];
function check(name, value, allowed) {
  if (value === undefined || allowed.includes(value)) return;
  console.error(`Expected --${name} to be ${allowed.join(" or ")}, got ${value}.`);
  process.exit(1);
}
check("path", path, throughHub);
check("leg", onlyLeg, ["server", "client"]);
check("hubs", values.hubs, ["1", "2", "3"]);
const isPart = !isWholeRun || values["direct-only"] || path !== undefined || onlyLeg;
if (values.write && (isPart || values.hubs !== "1")) {
  console.error("--write needs a whole run, without other options.");
  process.exit(1);
}

const hubs = values["direct-only"] ? undefined : await startHubs(Number(values.hubs));
const hubUrl = hubs?.url;
const endpoint = await startEverything(hubUrl);
let ids = [];
if (hubUrl !== undefined) {
  startOthers(hubUrl);
  for (const own of hubs.own) ids = await serversUp(own, 3);
}
const targets = await serverTargets({ endpoint, hubUrl, ids });
const paths = Object.keys(targets).filter(
  (name) => [undefined, name].includes(path) || name === "direct",
);

const runs = {
  server: (name, revision) => runServerLeg(targets[name], revision, scenario),
  client: (name, revision) => runClientLeg({ path: name, hubs }, revision, scenario),
};

const sections = [];
const faults = [];
for (const leg of ["server", "client"].filter((name) => [undefined, name].includes(onlyLeg))) {
  for (const revision of revisions) {
    const columns = {};
    for (const name of paths) {
      columns[name] = await runs[leg](name, revision);
      // This leg or revision does not have the one scenario that was asked for.
      if (columns.direct.size === 0) break;
    }
    if (columns.direct.size === 0) continue;
    const scored = await scoredScenarios(leg, revision);
    const part = section({ leg, revision, scored, columns });
    sections.push(part);
    console.log(`\n${part}`);

    const where = `${leg} ${revision}`;
    // The client leg leaves out the scenarios about authorization.
    const expected = isWholeRun && leg === "server" ? scored : [];
    const baseline = baselineFaults(columns.direct, known[where], expected);
    const stray = isWholeRun ? strayLines(columns.direct, known[where]) : [];
    faults.push(...stray.map((one) => `${where}: ${one} does not exist: remove its line`));
    faults.push(...baseline.map((fault) => `${where}, direct: ${fault}`));
    for (const name of paths.filter((one) => one !== "direct")) {
      for (const [one, checks] of columns.direct) {
        const all = lossesOf(checks, columns[name].get(one));
        const why = known[`${where}, ${name}, not asked`]?.[one];
        const losses = why === undefined ? all : all.filter((loss) => !loss.endsWith(notAsked));
        if (why !== undefined && losses.length === all.length)
          faults.push(`${where}, ${name}, ${one}: every check runs: remove its line`);
        faults.push(...losses.map((loss) => `${where}, ${name}, ${one}: ${loss}`));
      }
    }
  }
}

if (sections.length === 0) faults.push(`the suite has no scenario ${scenario}`);
console.log(
  `\n@modelcontextprotocol/conformance ${suiteVersion}; each cell is checks passed/failed.`,
);
for (const fault of faults) console.error(`FAULT ${fault}`);
if (values.write && faults.length === 0) writeTable(sections.join("\n\n"));
else if (values.write)
  console.error("The table was not written: it would show what has to be mended.");
console.log(faults.length === 0 ? "Nothing is lost." : `${faults.length} faults.`);
await hubs?.close();
process.exit(faults.length === 0 ? 0 : 1);
