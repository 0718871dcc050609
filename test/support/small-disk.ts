import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const run = (command: string, ...parts: string[]) =>
  execFileSync(command, parts, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();

/** A disk of some MiB in a file, which can be full, and break so that it can only be read. Needs root on Linux. */
export class SmallDisk {
  readonly #image: string;
  /** What is on the disk. */
  readonly folder: string;

  private constructor(folder: string, image: string) {
    this.folder = folder;
    this.#image = image;
  }

  /** Undefined where this machine, or this user, can make none. */
  static make(): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-disk-"));
    const disk = new SmallDisk(folder, `${folder}.img`);
    try {
      run("truncate", "-s", "16M", disk.#image);
      run("mkfs.ext4", "-q", "-F", "-m", "0", disk.#image);
      disk.mount();
      return disk;
    } catch {
      disk.remove();
      return undefined;
    }
  }

  mount(): void {
    run("mount", "-o", "loop,errors=remount-ro", this.#image, this.folder);
  }

  unmount(): void {
    run("umount", this.folder);
  }

  /** Nothing fits on it any more. */
  fill(): void {
    const handle = openSync(join(this.folder, "filler"), "w");
    try {
      for (;;) writeSync(handle, Buffer.alloc(4_096));
    } catch {
      closeSync(handle);
    }
  }

  /** There is room again. */
  clear(): void {
    rmSync(join(this.folder, "filler"));
  }

  /** The system finds an error on it, and lets nobody write until it is mounted anew. */
  breakDown(): void {
    const device = basename(run("findmnt", "-no", "SOURCE", this.folder));
    writeFileSync(`/sys/fs/ext4/${device}/trigger_fs_error`, "test");
  }

  remove(): void {
    try {
      run("umount", "--lazy", this.folder);
    } catch {
      // It was not mounted.
    }
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#image, { force: true });
  }
}
