import { existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const memory = "/dev/shm";
/** A run leaves less than a tenth of this behind at any time. Containers give 64 MB when not asked. */
const wantedBytes = 1024 * 1024 * 1024;

function hasRoom(): boolean {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= wantedBytes;
}

/**
 * Puts the temporary folders of a run into memory where the system offers that: hundreds of hubs start on
 * an empty folder, and each waits until the disk has what it wrote.
 */
export default function setup(): (() => void) | undefined {
  if (!hasRoom()) return undefined;
  const folder = mkdtempSync(join(memory, "mcp-hub-test-run-"));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
