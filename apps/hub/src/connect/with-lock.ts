import { open, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileRefused } from "./refusal.js";

/** How often a lock is looked at, and how old one is whose holder is gone. In milliseconds. */
const pauseMs = 20;
const staleMs = 10_000;

/**
 * Does something while no other `mcp-hub connect` replaces the same file: each looks whether the file is as
 * it read it, and no other may come between that look and the change. A lock that was left behind is taken away.
 */
export async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  const lock = join(dirname(path), `.${basename(path)}.mcp-hub-lock`);
  while (!(await isTaken(lock))) {
    const held = await stat(lock).catch(() => undefined);
    if (held?.isFile() === false)
      throw new FileRefused(
        `${lock} is where the lock of this command belongs, and no file. Remove it`,
      );
    if (held !== undefined && Date.now() - held.mtimeMs > staleMs) await rm(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Whether the lock is ours now. */
async function isTaken(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
