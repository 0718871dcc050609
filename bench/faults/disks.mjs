// Disks of the run's own: file systems that can be filled, and made read-only under who writes to them.
import { spawnSync } from "node:child_process";
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { atEnd, newFolder, until } from "./stage.mjs";

function run(command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command}: ${stderr ?? error} (mounting needs root)`);
  return stdout.trim();
}

function unmountAtEnd(folder) {
  atEnd(() => spawnSync("umount", [folder]));
}

/** A small disk in memory, with the data directory of a hub in it, and far more room than a line's load needs. */
export class SmallDisk {
  #folder = newFolder();
  dataDir = join(this.#folder, "data");
  #ballast = join(this.#folder, "ballast");

  constructor() {
    mkdirSync(this.#folder, { recursive: true });
    run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", this.#folder);
    unmountAtEnd(this.#folder);
    mkdirSync(this.dataDir);
  }

  /** Until not one byte more has room. */
  fill() {
    for (const bytes of [1_048_576, 4_096]) {
      const piece = Buffer.alloc(bytes);
      try {
        for (;;) writeFileSync(this.#ballast, piece, { flag: "a" });
      } catch (error) {
        if (error.code !== "ENOSPC") throw error;
      }
    }
  }

  makeRoom() {
    rmSync(this.#ballast, { force: true });
  }
}

/** A disk that becomes read-only under who writes to it, as one does that the kernel no longer trusts. */
export class FailingDisk {
  #folder = newFolder();
  #device;
  dataDir = join(this.#folder, "data");

  constructor() {
    mkdirSync(this.#folder, { recursive: true });
    const path = `${this.#folder}.img`;
    const image = openSync(path, "w");
    ftruncateSync(image, 256 * 1024 * 1024);
    closeSync(image);
    // One device from the first mount to the last. One of `mount -o loop` goes when nobody has it open any more, which
    // whoever looks for a free one delays; then a repair of the image goes on behind the back of a cache.
    this.#device = run("losetup", "--find", "--show", path);
    atEnd(() => spawnSync("losetup", ["--detach", this.#device]));
    run("mkfs.ext4", "-q", this.#device);
    unmountAtEnd(this.#folder);
    this.mount();
    mkdirSync(this.dataDir);
  }

  mount() {
    run("mount", this.#device, this.#folder);
  }

  /**
   * Between two system calls of the process that writes. To one in the middle of such a call, and for a moment after,
   * ext4 says that what was written is on the disk (write, fdatasync), and it is not; no program can know of that.
   */
  async fail(pid) {
    const probe = openSync(join(this.#folder, "probe"), "w");
    process.kill(pid, "SIGSTOP");
    try {
      await until("the process to stand still", () => standsStill(pid));
      run("sync", "--file-system", this.#folder);
      run("mount", "-o", "remount,abort", this.#folder);
      await until("the disk to be read-only", () => !takesWrites(probe));
    } finally {
      closeSync(probe);
      process.kill(pid, "SIGCONT");
    }
  }

  /** Nobody may have a file of it open. What was synced is there afterwards. */
  repair() {
    run("umount", this.#folder);
    const { status, stdout } = spawnSync("fsck.ext4", ["-p", this.#device], { encoding: "utf8" });
    if (status > faultsCorrected) throw new Error(`fsck.ext4 could not repair it: ${stdout}`);
    this.mount();
  }
}

/** What fsck ends with when all is well after it; greater when it is not. */
const faultsCorrected = 1;

function standsStill(pid) {
  return readdirSync(`/proc/${pid}/task`).every((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    // The name, in brackets, may hold anything.
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("T");
  });
}

function takesWrites(file) {
  try {
    writeSync(file, Buffer.alloc(4_096));
    fsyncSync(file);
    return true;
  } catch (error) {
    if (error.code !== "EROFS") throw error;
    return false;
  }
}
