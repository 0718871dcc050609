// Runs the pinned pnpm with the given arguments on a machine that has only Node and npm.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { packageManager, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Runs pnpm and returns its exit code. */
export function pnpm(args, options = {}) {
  return runPnpm(args, options).code;
}

/** Runs pnpm without showing what it says, and returns that with its exit code. */
export function quietPnpm(args) {
  const stdio = ["ignore", "pipe", "pipe"];
  return runPnpm(args, { stdio, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

function runPnpm(args, options) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`MCP Hub needs Node ${engines.node}; this is ${process.versions.node}.`);
    return { code: 1, output: "" };
  }
  const windows = process.platform === "win32";
  const result = spawnSync(windows ? "npx.cmd" : "npx", ["--yes", packageManager, ...args], {
    cwd: root,
    stdio: "inherit",
    shell: windows,
    ...options,
    env: {
      ...process.env,
      TURBO_TELEMETRY_DISABLED: "1",
      npm_config_update_notifier: "false",
    },
  });
  if (result.error) throw result.error;
  return { code: result.status ?? 1, output: `${result.stdout ?? ""}${result.stderr ?? ""}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = pnpm(process.argv.slice(2));
}
