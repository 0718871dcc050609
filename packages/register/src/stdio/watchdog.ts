import { type ChildProcess, spawn } from "node:child_process";

/**
 * Outlives a `kill -9` of this process: a shell that reads the process groups to watch from a pipe
 * and, when the pipe breaks without a good-bye, ends those groups.
 */
const script = `
groups=" "
while read -r sign group; do
  case "$sign" in
    +) groups="$groups$group " ;;
    -) case "$groups" in
         *" $group "*) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;;
       esac ;;
  esac
done
living=""
for group in $groups; do
  kill -s TERM -- "-$group" 2>/dev/null && living="$living $group"
done
[ -z "$living" ] && exit 0
sleep 2
for group in $living; do kill -s KILL -- "-$group" 2>/dev/null; done
`;

/** Watches over the process groups of all children. Does nothing where there is no POSIX shell. */
export class Watchdog {
  readonly #watched = new Set<number>();
  readonly #shell: ChildProcess | undefined;

  constructor() {
    if (process.platform === "win32") return;
    this.#shell = spawn("/bin/sh", ["-c", script], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      // It needs to find `sleep`, and none of our secrets.
      env: { PATH: process.env.PATH },
    });
    this.#shell.on("error", () => {});
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
  }

  /** From now on this group ends with us. */
  watch(pid: number): void {
    this.#watched.add(pid);
    this.#shell?.stdin?.write(`+ ${pid}\n`);
  }

  /** A watched group is gone. */
  forget(pid: number): void {
    if (this.#watched.delete(pid)) this.#shell?.stdin?.write(`- ${pid}\n`);
  }

  /** Nothing to watch any more; the watchdog ends. */
  close(): void {
    for (const pid of this.#watched) this.forget(pid);
    this.#shell?.stdin?.end();
  }
}
