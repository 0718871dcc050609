import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

export interface ProgramOptions {
  readonly name: string;
  /** Arguments for Node: a file and what it takes. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Each line of stdout. */
  onLine?(line: string): void;
  /** It ended, and nobody had asked it to. */
  onAccident?(error: Error): void;
}

const rememberedLines = 8;
const patienceMs = 6_000;
const endWithDemo = new URL("./end-with-demo.js", import.meta.url).href;

/** One program of the demo, in a process group of its own, so that all it starts ends with it. */
export class Program {
  readonly #options: ProgramOptions;
  readonly #lastLines: string[] = [];
  #child: ChildProcess | undefined;
  /** The child that was asked to end, or may. */
  #ending: ChildProcess | undefined;

  constructor(options: ProgramOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.name;
  }

  /** The last it said, for whoever wants to know why it failed. */
  get lastLines(): readonly string[] {
    return this.#lastLines;
  }

  get #isRunning(): boolean {
    const child = this.#child;
    return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
  }

  start(): this {
    const { name, args, env, onLine, onAccident } = this.#options;
    const child = spawn(process.execPath, ["--import", endWithDemo, ...args], {
      env,
      detached: process.platform !== "win32",
      windowsHide: true,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    this.#read(child.stdout, onLine);
    this.#read(child.stderr);
    // Not "exit": its last lines come after that.
    child.once("close", (code, signal) => {
      if (this.#ending === child) return;
      const how = signal ?? `exit code ${code}`;
      const words = this.#lastLines.map((line) => `\n    ${line}`).join("");
      onAccident?.(new Error(`${name} ended by itself (${how}).${words}`));
    });
    return this;
  }

  /** Resolves with its exit code, for a program that ends by itself; null when a signal ended it. */
  async finished(): Promise<number | null> {
    this.#ending = this.#child;
    if (this.#child !== undefined) await once(this.#child, "close");
    return this.#child?.exitCode ?? null;
  }

  /** Asks it to end; resolves when it has. Whatever it leaves behind is killed. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** `kill -9`: it can tell nobody. */
  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** Ends it with all it started, now, without waiting. */
  killAtOnce(): void {
    this.#ending = this.#child;
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child?.kill("SIGKILL");
      else process.kill(-pid, "SIGKILL");
    } catch {
      // It is gone.
    }
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#ending = this.#child;
    const child = this.#child;
    if (child === undefined) return;
    if (this.#isRunning) {
      const exit = once(child, "exit");
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      child.kill(signal);
      await exit;
      clearTimeout(timer);
    }
    this.killAtOnce();
  }

  #read(stream: Readable | null, onLine?: (line: string) => void): void {
    if (stream === null) return;
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      this.#lastLines.push(line);
      if (this.#lastLines.length > rememberedLines) this.#lastLines.shift();
      onLine?.(line);
    });
  }
}
