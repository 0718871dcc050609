import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { until } from "./servers.js";

const packageRoot = fileURLToPath(new URL("../..", import.meta.url));
export const fixture = (name: string) => `${packageRoot}/test/fixtures/${name}`;

export interface Built {
  readonly cliPath: string;
  readonly indexUrl: string;
}

/** Builds what the process tests run, from the sources as they are. Each test file has its own. */
export async function buildForProcesses(name: string): Promise<Built> {
  // Inside node_modules: not in the tree, and imports still resolve as the package's own.
  const outDir = `${packageRoot}/node_modules/.process-tests/${name}`;
  await build({
    entry: { cli: `${packageRoot}/src/cli.ts`, index: `${packageRoot}/src/index.ts` },
    outDir,
    clean: true,
    config: false,
    silent: true,
    format: ["esm"],
    target: "node20",
    external: ["cross-spawn", /^@modelcontextprotocol\//],
    noExternal: [/^@hub\//],
    esbuildOptions: (options) => {
      options.conditions = ["@hub/source"];
    },
  });
  return { cliPath: `${outDir}/cli.js`, indexUrl: `file://${outDir}/index.js` };
}

/** A real process, its output and its end. */
export class Running {
  readonly child: ChildProcess;
  output = "";
  exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;

  constructor(command: string, args: readonly string[], environment: Record<string, string>) {
    this.child = spawn(command, args, { env: { ...process.env, ...environment } });
    this.child.stdout?.on("data", (chunk) => {
      this.output += chunk;
    });
    this.child.stderr?.on("data", (chunk) => {
      this.output += chunk;
    });
    this.child.once("exit", (code, signal) => {
      this.exit = { code, signal };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async says(pattern: RegExp): Promise<string> {
    await until(() => pattern.test(this.output) || this.exit, String(pattern));
    const found = pattern.exec(this.output);
    if (found === null) throw new Error(`It ended without ${pattern}:\n${this.output}`);
    return found[1] ?? "";
  }

  async ends() {
    await until(() => this.exit, `the process to end:\n${this.output}`);
    return this.exit;
  }
}

/** Zombies count as gone: nobody in a container may be there to reap them. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return process.platform !== "linux";
  }
}
