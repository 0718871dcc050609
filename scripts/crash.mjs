// npm run crash [-- --cycles 200]: starts a hub, registers servers as fast as it takes them, kills it with
// SIGKILL at a random moment, and looks for every registration it had acknowledged. Exits with 1 when one
// is missing or anything is torn.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { build, install, root } from "./prepare.mjs";

const usage = `Usage: npm run crash [-- --cycles <n>] [--callers <n>] [--keep]

Kills a hub with SIGKILL while it is written to, and looks for every write that it acknowledged.

  --cycles <n>    how often it is killed (default: 200)
  --callers <n>   how many write at once (default: 16)
  --keep          keeps the files, to look at them
`;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        cycles: { type: "string", default: "200" },
        callers: { type: "string", default: "16" },
        keep: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

const values = readOptions();
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const cycles = Number(values.cycles);
const callers = Number(values.callers);
if (!Number.isInteger(cycles) || cycles < 1 || !Number.isInteger(callers) || callers < 1) {
  console.error("--cycles and --callers take a whole number of at least 1.");
  process.exit(1);
}

/** A new file after so many kills, so that the first start on an empty folder is killed too. */
const cyclesPerFile = 25;
/** One kill of so many hits the start itself: recovery, migration, loading. */
const startKillEvery = 8;
/** The kill comes after so many acknowledgements and so much time, each at random up to: */
const mostBeforeKill = 200;
const longestAfterMs = 100;
const startTimeoutMs = 15_000;

install();
build();
const { Ledger, startLoad } = await import("./crash-load.mjs");
const { checkAnswer, checkFile } = await import("./crash-check.mjs");

const folder = mkdtempSync(join(tmpdir(), "hub-crash-"));
const total = { acknowledged: 0, lost: [], torn: [], failed: [], startKills: 0, bootMs: [] };
const running = new Set();
process.on("exit", () => {
  for (const hub of running) hub.kill("SIGKILL");
});
process.on("SIGINT", () => process.exit(130));

/** Starts the real program on a port of the system's choice. `url` resolves when it says it has started. */
function startHub(dataDir) {
  const begin = performance.now();
  const child = spawn(process.execPath, [join(root, "apps/hub/dist/main.js")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      PATH: process.env.PATH,
      MCP_HUB_PORT: "0",
      MCP_HUB_DATA_DIR: dataDir,
      LOG_FORMAT: "json",
      LOG_LEVEL: "info",
    },
  });
  running.add(child);
  const exited = once(child, "exit").then(() => running.delete(child));
  const url = new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      const said = JSON.parse(line);
      if (said.event === "start-failed") reject(new Error(said.error));
      if (said.event !== "started") return;
      resolve({ url: said.url, bootMs: performance.now() - begin });
    });
    lines.on("close", () => reject(new Error("The hub ended before it had started.")));
  });
  // A kill during the start is part of the test; whoever waits for the start sees the rejection.
  url.catch(() => {});
  return { child, url, exited };
}

function note(where, faults) {
  for (const kind of ["lost", "torn"]) {
    for (const fault of faults[kind]) {
      total[kind].push(fault);
      console.error(`  ${kind.toUpperCase()} ${where}: ${fault}`);
    }
  }
}

/** Waits for the start of a hub. */
async function started(hub) {
  const late = sleep(startTimeoutMs, undefined, { ref: false }).then(() => {
    throw new Error(`The hub did not start within ${startTimeoutMs} ms.`);
  });
  const { url, bootMs } = await Promise.race([hub.url, late]);
  total.bootMs.push(bootMs);
  return url;
}

async function kill(hub) {
  hub.child.kill("SIGKILL");
  await hub.exited;
  if (hub.child.signalCode !== "SIGKILL")
    throw new Error(`The hub ended by itself, with exit code ${hub.child.exitCode}.`);
}

async function runCycle(cycle, dataDir, ledger) {
  const where = `in cycle ${cycle + 1}`;
  const hub = startHub(dataDir);
  if (cycle % startKillEvery === startKillEvery - 1) {
    total.startKills += 1;
    await sleep(Math.random() * (median(total.bootMs) || 300));
    await kill(hub);
  } else {
    const url = await started(hub);
    note(where, await checkAnswer(url, ledger));
    const enough = 1 + Math.floor(Math.random() * mostBeforeKill);
    const load = startLoad({ port: Number(new URL(url).port), callers, ledger, enough });
    await Promise.race([load.flowing, load.stopped]);
    await Promise.race([sleep(Math.random() * longestAfterMs), load.stopped]);
    await kill(hub);
    total.acknowledged += await load.stopped;
  }
  note(where, await checkFile(dataDir, ledger));
}

/** The last start on a file is ended as an operator would. */
async function endGracefully(dataDir, ledger) {
  const hub = startHub(dataDir);
  const url = await started(hub);
  note("at the end", await checkAnswer(url, ledger));
  hub.child.kill("SIGTERM");
  await hub.exited;
  if (hub.child.exitCode !== 0)
    throw new Error(`The hub exited with ${hub.child.exitCode} after SIGTERM.`);
  note("after SIGTERM", await checkFile(dataDir, ledger));
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

const begin = performance.now();
let done = 0;
try {
  for (let file = 0; done < cycles; file += 1) {
    const dataDir = join(folder, `data${file}`, "hub");
    const ledger = new Ledger();
    for (let cycle = 0; cycle < cyclesPerFile && done < cycles; cycle += 1) {
      await runCycle(done, dataDir, ledger);
      done += 1;
      if (done % 20 === 0) console.log(`  ${done} kills, ${total.acknowledged} registrations`);
    }
    await endGracefully(dataDir, ledger);
    if (!values.keep) rmSync(join(folder, `data${file}`), { recursive: true, force: true });
  }
} catch (error) {
  total.failed.push(error.message);
  console.error(`  Stopped after ${done} kills: ${error.message}`);
}
const seconds = (performance.now() - begin) / 1_000;
const faults = total.lost.length + total.torn.length + total.failed.length;
const hasFailed = faults > 0 || total.acknowledged === 0;
if (values.keep || hasFailed) console.log(`  files kept in ${folder}`);
else rmSync(folder, { recursive: true, force: true });

console.log(
  [
    "",
    `kill -9 cycles             ${done} (${total.startKills} of them during the start)`,
    `registrations acknowledged ${total.acknowledged}`,
    `lost                       ${total.lost.length}`,
    `torn                       ${total.torn.length}`,
    `start or stop failed       ${total.failed.length}`,
    `boot p50                   ${median(total.bootMs).toFixed(0)} ms`,
    `time                       ${seconds.toFixed(1)} s (${((seconds * 1_000) / Math.max(1, done)).toFixed(0)} ms a cycle)`,
  ].join("\n"),
);
process.exitCode = hasFailed ? 1 : 0;
