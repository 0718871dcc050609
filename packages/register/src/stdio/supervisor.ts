import type { ChildProcess } from "node:child_process";
import spawn from "cross-spawn";
import type { Log } from "../log.js";
import type { Link } from "../wrap/link.js";
import { createEraLink, type Era } from "./era-link.js";
import { endGroup } from "./process-group.js";
import { createStdioLink, readLines } from "./stdio-link.js";
import { Watchdog } from "./watchdog.js";

/** A process that lived this long was well; its next end starts the backoff anew. Milliseconds. */
const wellAfterMs = 30_000;
const longestPauseMs = 30_000;

/** A command that cannot serve at all; trying again would not help. */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = "CommandFailed";
    this.exitCode = exitCode;
  }
}

export interface SupervisorOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly log: Log;
  /** One line of the child's stderr, or of its stdout that is no MCP. */
  onOutput(line: string): void;
}

/** Runs a stdio server, again after each end, and leaves nothing of it behind. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #watchdog = new Watchdog();
  readonly #era: { known: Era | undefined } = { known: undefined };
  #child: ChildProcess | undefined;
  #quickEnds = 0;
  #isStopped = false;
  #ending: Promise<void> = Promise.resolve();
  #failure: CommandFailed | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Why the command can never serve, once that is clear. */
  get failure(): CommandFailed | undefined {
    return this.#failure;
  }

  /** Starts the command, after a pause if it ended soon before. Rejects when it never worked. */
  async open(): Promise<Link> {
    await this.#ending;
    if (this.#failure === undefined) await this.#pause();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isStopped) throw new Error("The wrapper is closing");
    const child = await this.#spawn();
    return createEraLink(createStdioLink(child, this.#options.onOutput), this.#era);
  }

  /** From now on an end of the child is no accident, and it is not started again. */
  expectEnd(): void {
    this.#isStopped = true;
  }

  /** Ends the child with all it started. */
  async stop(): Promise<void> {
    this.expectEnd();
    if (this.#child !== undefined) await endGroup(this.#child);
    this.#watchdog.close();
  }

  async #spawn(): Promise<ChildProcess> {
    const { command, args, onOutput } = this.#options;
    const child = spawn(command, [...args], {
      // A group of its own, so that all of it can be ended, and Ctrl-C comes to us first.
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error: NodeJS.ErrnoException) => {
        this.#failure = cannotStart(command, error);
        reject(this.#failure);
      });
    });
    this.#child = child;
    if (child.pid !== undefined) this.#watchdog.watch(child.pid);
    if (child.stderr !== null) readLines(child.stderr, onOutput);
    child.once("exit", (code, signal) => {
      this.#ending = this.#onExit(child, startedAt, code, signal);
    });
    return child;
  }

  async #onExit(
    child: ChildProcess,
    startedAt: number,
    code: number | null,
    signal: NodeJS.Signals | null,
  ): Promise<void> {
    if (this.#isStopped) return;
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    if (this.#era.known === undefined) {
      this.#failure = new CommandFailed(
        `the command ended (${how}) before it answered as an MCP server`,
        code === null || code === 0 ? 1 : code,
      );
    } else {
      this.#quickEnds = performance.now() - startedAt < wellAfterMs ? this.#quickEnds + 1 : 0;
      this.#options.log({ level: "warn", message: `the server ended (${how}); starting it again` });
    }
    // Whatever it started must not live on beside its successor.
    await endGroup(child);
    this.#watchdog.forget();
  }

  /** At once the first time, then 1 s, 2 s, 4 s and so on. */
  async #pause(): Promise<void> {
    const seconds = this.#quickEnds < 2 ? 0 : 2 ** (this.#quickEnds - 2);
    const pauseMs = Math.min(seconds * 1_000, longestPauseMs);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function cannotStart(command: string, error: NodeJS.ErrnoException): CommandFailed {
  if (error.code === "ENOENT") return new CommandFailed(`there is no command "${command}"`, 127);
  return new CommandFailed(`"${command}" cannot be started: ${error.message}`, 126);
}
