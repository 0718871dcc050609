import { type ChildProcess, spawn } from "node:child_process";

/**
 * Outlives a `kill -9` of this process: a shell that reads the process group to watch from a pipe
 * and, when the pipe breaks without a good-bye, ends that group.
 */
const script = `
group=0
while read -r line; do group=$line; done
[ "$group" = 0 ] && exit 0
kill -s TERM -- "-$group" 2>/dev/null || exit 0
sleep 2
kill -s KILL -- "-$group" 2>/dev/null
`;

/** Watches over one process group at a time. Does nothing where there is no POSIX shell. */
export class Watchdog {
  readonly #shell: ChildProcess | undefined;

  constructor() {
    if (process.platform === "win32") return;
    this.#shell = spawn("/bin/sh", ["-c", script], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#shell.on("error", () => {});
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
  }

  /** From now on this group ends with us, instead of the one before. */
  watch(pid: number): void {
    this.#shell?.stdin?.write(`${pid}\n`);
  }

  /** The watched group is gone. */
  forget(): void {
    this.#shell?.stdin?.write("0\n");
  }

  /** Nothing to watch any more; the watchdog ends. */
  close(): void {
    this.#shell?.stdin?.end("0\n");
  }
}
