// Starts and stops what a measurement needs, and reads from the kernel what it cost.
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What was started, with the signal that ends it when everything ends. */
const children = new Map();

export const folder = mkdtempSync(join(tmpdir(), "mcp-hub-bench-"));
export const here = (name) => new URL(name, import.meta.url).pathname;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Remembers a process, so that it ends with the benchmark whatever happens. */
export function keep(child, lastSignal = "SIGKILL") {
  children.set(child, lastSignal);
  child.once("exit", () => children.delete(child));
  return child;
}

/** `withinMs`: how long it has before it is killed. */
export async function stop(child, withinMs = 10_000) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  // One that was stopped for a while hears of it only then.
  child.kill("SIGCONT");
  const timer = setTimeout(() => child.kill("SIGKILL"), withinMs);
  await ended;
  clearTimeout(timer);
}

export function cleanUp() {
  for (const [child, lastSignal] of children) child.kill(lastSignal);
  rmSync(folder, { recursive: true, force: true });
}

const lastWishes = new Set();

/** `run` is called, and waited for, before a signal ends everything. Returns how to take that back. */
export function beforeEnd(run) {
  lastWishes.add(run);
  return () => lastWishes.delete(run);
}

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, async () => {
    const wishes = Promise.allSettled([...lastWishes].map((run) => run()));
    await Promise.race([wishes, sleep(5_000)]);
    cleanUp();
    process.exit(1);
  });
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A free port below the ones the kernel gives to outgoing connections, of which a benchmark opens thousands. */
export async function freePort() {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    if (await isFree(port)) return port;
  }
}

/** Runs a script of this folder that listens on the port it is given and then says so. */
export async function startScript(script, ...args) {
  const port = await freePort();
  const child = keep(
    fork(here(script), [String(port), ...args.map(String)], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    }),
  );
  await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${script} ended with exit code ${code}`)));
  });
  return { child, pid: child.pid, port, url: `http://127.0.0.1:${port}` };
}

/** A process and those it started. */
export function family(pid) {
  const started = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return [pid, ...(started === "" ? [] : started.split(" ").flatMap(family))];
}

/** CPU seconds a process and its children have used, from the kernel's own account. */
export function cpuSeconds(pid) {
  const used = family(pid).map((one) => {
    const fields = readFileSync(`/proc/${one}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  });
  return used.reduce((sum, value) => sum + value, 0);
}

export function residentMb(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}
