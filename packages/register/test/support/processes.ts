import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { until } from "@hub/testing";

export const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** What people install, as `npm test` has built it. */
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
export const cliPath = `${dist}/cli.js`;
export const indexUrl = `file://${dist}/index.js`;
export const leaseUrl = `file://${dist}/lease.js`;

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
    await until(String(pattern), () => pattern.test(this.output) || this.exit);
    const found = pattern.exec(this.output);
    if (found === null) throw new Error(`It ended without ${pattern}:\n${this.output}`);
    return found[1] ?? "";
  }

  async ends() {
    await until(
      () => `the process to end:\n${this.output}`,
      () => this.exit,
    );
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
