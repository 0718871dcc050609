import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export const commandLine = join(import.meta.dirname, "../../apps/hub/dist/main.js");

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
  /** Hears of the process, to send it a signal. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Hears what has come on stdout so far. */
  readonly onOutput?: (out: string, child: ChildProcess) => void;
}

/** Runs `mcp-hub` as a process, with a pipe for each of its streams, until it ends. */
export function runCommand(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, stdin, cwd, onStart, onOutput } = options;
  const child = spawn(process.execPath, [commandLine, ...words], {
    cwd,
    env: { ...process.env, NO_COLOR: "", ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onStart?.(child);
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk;
    onOutput?.(out, child);
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    err += chunk;
  });
  child.stdin.on("error", () => undefined).end(stdin ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, out, err }));
  });
}
