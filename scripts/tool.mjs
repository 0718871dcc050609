// Runs a program of node_modules without a package manager before it, which takes longer to start than most of them.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./prepare.mjs";

/** Runs it in the root, shows what it says, and returns its exit code. */
export function tool(name, args) {
  const isWindows = process.platform === "win32";
  const program = join(root, "node_modules", ".bin", isWindows ? `${name}.cmd` : name);
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: "inherit",
    shell: isWindows,
  });
  if (error) throw error;
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, ...args] = process.argv.slice(2);
  process.exitCode = tool(name, args);
}
