import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import spawn from "cross-spawn";
import type { Log } from "../log.js";
import type { Link } from "../wrap/link.js";
import { withAskedIds } from "./asked-ids.js";
import { childEnvironment } from "./child-environment.js";
import { createEraLink, type Era } from "./era-link.js";
import { endGroup } from "./process-group.js";
import type { PooledProcess } from "./process-pool.js";
import type { ShownOutput } from "./shown-output.js";
import { createStdioLink, showLines } from "./stdio-link.js";
import type { Watchdog } from "./watchdog.js";

/** A command that cannot serve at all; trying again would not help. */
export class CommandFailed extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.name = "CommandFailed";
    this.exitCode = exitCode;
  }
}

/** What happens to the processes of a command, for whoever shows it. */
export type ProcessEvent =
  | { readonly kind: "started"; readonly pid: number | undefined }
  /** `isAccident`: nobody had asked it to end. */
  | { readonly kind: "ended"; readonly isAccident: boolean; readonly how: string };

export interface CommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Variables of its own, beside those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The folder it runs in. Default: that of this process. */
  readonly cwd?: string | undefined;
  readonly log: Log;
  /** Tells people what happens when a process ends by itself. */
  readonly afterEnd: string;
  /** Called when a process ended by itself, with how. Default: nothing is. */
  readonly onEnded?: ((how: string) => void) | undefined;
  /** Shows what children write to stderr, and to stdout where it is no MCP. */
  readonly output: ShownOutput;
  /** Ends its processes where this one cannot. Others may use it as well. */
  readonly watchdog: Watchdog;
  readonly onProcess?: ((event: ProcessEvent) => void) | undefined;
}

/** A process of the command that runs, and the way to talk to it. */
export interface ServerProcess extends PooledProcess {
  readonly link: Link;
  /** Resolves when it and all it started are gone: `true` when nobody had asked it to end. */
  readonly gone: Promise<boolean>;
  /** Ends it with all it started. */
  end(): Promise<void>;
}

/** The command that is wrapped: starts processes of it, and leaves nothing of them behind. */
export class Command {
  readonly #options: CommandOptions;
  readonly #era: { known: Era | undefined } = { known: undefined };
  readonly #running = new Set<ServerProcess>();
  #isStopped = false;
  #failure: CommandFailed | undefined;

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  /** Why the command can never serve, once that is clear. */
  get failure(): CommandFailed | undefined {
    return this.#failure;
  }

  /** Starts a process. Rejects when the command never worked. */
  async start(): Promise<ServerProcess> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isStopped) throw new Error("The wrapper is closing");
    const child = await this.#spawn();
    const { pid } = child;
    if (pid !== undefined) this.#options.watchdog.watch(pid);
    this.#options.onProcess?.({ kind: "started", pid });
    let ending: Promise<void> | undefined;
    let tellGone = (_isAccident: boolean) => {};
    const gone = new Promise<boolean>((resolve) => {
      tellGone = resolve;
    });
    const end = (isAccident: boolean): Promise<void> => {
      // Whatever it started must not live on without it.
      ending ??= endGroup(child).then(() => {
        if (pid !== undefined) this.#options.watchdog.forget(pid);
        this.#running.delete(running);
        tellGone(isAccident);
      });
      return ending;
    };
    const stdio = createStdioLink(child, {
      output: this.#options.output,
      log: this.#options.log,
      onUnreadable: (reason) => {
        const message = `the server is ended: ${reason}; ${this.#options.afterEnd}`;
        this.#options.log({ level: "error", message });
        void end(true);
      },
      close: () => end(false),
    });
    const running: ServerProcess = {
      link: createEraLink(withAskedIds(stdio), this.#era),
      get isEnding() {
        return ending !== undefined;
      },
      gone,
      end: () => end(false),
    };
    this.#running.add(running);
    if (child.stderr !== null) showLines(child, child.stderr, this.#options.output);
    child.once("exit", (code, signal) => {
      const isAccident = ending === undefined;
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      if (isAccident) this.#endedItself(code, how);
      void end(true);
      // Once its pipes are closed: then whoever used it knows that it is gone.
      child.once("close", () => this.#options.onProcess?.({ kind: "ended", isAccident, how }));
    });
    if (this.#isStopped) await end(false);
    return running;
  }

  /** From now on an end of a child is no accident, and none is started. */
  expectEnd(): void {
    this.#isStopped = true;
  }

  /** Ends all children with all they started. */
  async stop(): Promise<void> {
    this.expectEnd();
    await Promise.all([...this.#running].map((running) => running.end()));
  }

  async #spawn(): Promise<ChildProcess> {
    const { command, args, env, cwd } = this.#options;
    const child = spawn(command, [...args], {
      // A group of its own, so that all of it can be ended, and Ctrl-C comes to us first.
      detached: process.platform !== "win32",
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      env: { ...childEnvironment(process.env), ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error: NodeJS.ErrnoException) => {
        const failure = cannotStart(command, cwd, error);
        // One that ran before fails now for want of memory or descriptors, which may pass.
        if (this.#era.known === undefined) this.#failure = failure;
        reject(failure);
      });
    });
    return child;
  }

  #endedItself(code: number | null, how: string): void {
    if (this.#isStopped) return;
    this.#options.onEnded?.(how);
    if (this.#era.known === undefined) {
      this.#failure = new CommandFailed(
        `the command ended (${how}) before it answered as an MCP server`,
        code === null || code === 0 ? 1 : code,
      );
    } else {
      const message = `the server ended (${how}); ${this.#options.afterEnd}`;
      this.#options.log({ level: "warn", message });
    }
  }
}

function cannotStart(
  command: string,
  cwd: string | undefined,
  error: NodeJS.ErrnoException,
): CommandFailed {
  // The system says the same of both.
  if (cwd !== undefined && !existsSync(cwd))
    return new CommandFailed(`there is no folder "${cwd}" to run "${command}" in`, 126);
  if (error.code === "ENOENT") return new CommandFailed(`there is no command "${command}"`, 127);
  return new CommandFailed(`"${command}" cannot be started: ${error.message}`, 126);
}
