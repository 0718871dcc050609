// Runs the official suite and reads what it found.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { findNode } from "../node24.mjs";
import { folder } from "./programs.mjs";

const require = createRequire(import.meta.url);
const manifestPath = require.resolve("@modelcontextprotocol/conformance/package.json");
const { bin, version } = require(manifestPath);
const program = join(dirname(manifestPath), Object.values(bin)[0]);
const node = findNode(import.meta.url);

export const suiteVersion = version;
export const revisions = ["2025-11-25", "2026-07-28"];

/** Runs the suite to its end. Its exit code judges scenarios; we judge every check, from what it wrote. */
function run(args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [program, ...args], {
      cwd: folder,
      env: { ...process.env, ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", () => resolve(output));
  });
}

/** A client that broke off is a failure of its own: the suite judges only what it had done until then. */
function clientChecks(directory) {
  const file = join(directory, "stderr.txt");
  const said = existsSync(file) ? readFileSync(file, "utf8") : "";
  const error = said.split("\n").find((line) => /^\w*Error\b/.test(line));
  if (error === undefined) return [];
  return [{ id: "client-ran-to-its-end", status: "FAILURE", errorMessage: error }];
}

/** What `checks.json` holds, by scenario: the suite writes `<leg>-<scenario>-<time>/checks.json`. */
function readResults(directory, prefix) {
  const results = new Map();
  for (const name of readdirSync(directory)) {
    const scenario = name.slice(prefix.length).replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, "");
    const file = join(directory, name, "checks.json");
    // Without one the scenario did not run to its end; who compares sees that it is missing.
    if (!existsSync(file)) continue;
    const checks = JSON.parse(readFileSync(file, "utf8"));
    results.set(scenario, [...checks, ...clientChecks(join(directory, name))]);
  }
  return results;
}

/** Runs one leg of the suite. Resolves with the checks of each scenario, by name. */
export async function runSuite(leg, args, env) {
  const directory = mkdtempSync(join(folder, `${leg}-`));
  const output = await run([leg, ...args, "-o", directory], env);
  const results = readResults(directory, leg === "server" ? "server-" : "");
  // A scenario that this leg or revision does not have is no fault; anything else that leaves nothing is.
  const isSkipped = /is not applicable at spec version|Unknown scenario/.test(output);
  if (results.size === 0 && !isSkipped) throw new Error(`The suite wrote no results:\n${output}`);
  return results;
}

/** The scenarios that decide whether a server or a client conforms to a revision. */
export async function scoredScenarios(leg, revision) {
  const text = await run(["list", `--${leg}`, "--requirements", revision]);
  const heading = leg === "server" ? "Server scenarios" : "Client scenarios";
  const section = text.slice(text.indexOf(heading)).split("\n\n")[0];
  return section.split("\n").flatMap((line) => line.match(/^ {2}- (\S+)/)?.[1] ?? []);
}
