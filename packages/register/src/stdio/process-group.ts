import { type ChildProcess, spawn as spawnPlain } from "node:child_process";

/** How long a process group has to end by itself before it is killed, in milliseconds. */
const graceMs = 2_000;

const pollMs = 25;

/** Sends a signal to a process and all it started. Returns whether there was anybody to get it. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Ends a process and all it started: asks first, kills after a grace. */
export async function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  child.stdin?.end();
  if (process.platform === "win32") return endTree(pid);
  if (!signalGroup(pid, "SIGTERM")) return;
  const deadline = performance.now() + graceMs;
  while (signalGroup(pid, 0)) {
    if (performance.now() > deadline) {
      // No more waiting: an ended process whom nobody reaps would seem alive for ever.
      signalGroup(pid, "SIGKILL");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Windows has no process groups; its own tool ends a tree. */
function endTree(pid: number): Promise<void> {
  return new Promise((resolve) => {
    const killer = spawnPlain("taskkill", ["/pid", String(pid), "/t", "/f"], { stdio: "ignore" });
    killer.once("error", () => resolve());
    killer.once("exit", () => resolve());
  });
}
