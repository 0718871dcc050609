// Runs vitest on this Node, without a package manager before it: that takes longer to start than to find it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./prepare.mjs";

/** Runs vitest once with the given arguments and those of the command line, and takes its exit code for this process. */
export function runVitest(...args) {
  const program = join(root, "node_modules", "vitest", "vitest.mjs");
  const { status, error } = spawnSync(
    process.execPath,
    [program, "run", ...args, ...process.argv.slice(2)],
    { cwd: root, stdio: "inherit" },
  );
  if (error) throw error;
  process.exitCode = status ?? 1;
}
