import { type ChildProcess, spawn } from "node:child_process";
import { access } from "node:fs/promises";
import { CommandError } from "../command-line/command-error.js";

/** How long the servers of a file have to leave before the hub does, in milliseconds. */
const leaveMs = 8_000;

/**
 * `mcp-hub run` in a process of its own beside the hub that this process is: what the servers of a file do costs
 * the hub nothing, and the hub runs no command. It ends before the hub does, and with it in any case.
 */
export class RunBeside {
  /** Aborted when the hub is to stop: once the servers have left. */
  readonly stopped: AbortSignal;
  readonly #file: string | undefined;
  readonly #hubStops = new AbortController();
  #child: ChildProcess | undefined;

  /** `file`: `undefined` for a hub alone. */
  constructor(file: string | undefined, interrupted: AbortSignal) {
    this.#file = file;
    this.stopped = this.#hubStops.signal;
    const stop = () => void this.#stop(interrupted.reason);
    if (interrupted.aborted) stop();
    else interrupted.addEventListener("abort", stop, { once: true });
  }

  /** @throws CommandError when there is no such file: a hub without its servers is not what was asked for. */
  async check(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    await access(file).catch(() => {
      throw new CommandError("notFound", `There is no file ${file}.`);
    });
  }

  start(hubUrl: string, isJson: boolean): void {
    const [, program] = process.argv;
    if (this.#file === undefined || program === undefined || this.stopped.aborted) return;
    const words = ["run", this.#file, "--hub", hubUrl, "--plain", ...(isJson ? ["--json"] : [])];
    this.#child = spawn(process.execPath, [program, ...words], { stdio: "inherit" });
    this.#child.once("error", () => {
      this.#child = undefined;
    });
  }

  async #stop(reason: unknown): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      // Ctrl-C has reached it already; to be told twice within a second is to be told once.
      child.kill("SIGTERM");
      const late = new Promise<void>((resolve) => setTimeout(resolve, leaveMs).unref());
      await Promise.race([gone, late]);
      child.kill("SIGKILL");
    }
    this.#hubStops.abort(reason);
  }
}
