import { chmodSync, existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";

const memory = "/dev/shm";
/** Several times what a run has there at any time. Containers that ask for nothing get 64 MB. */
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
  // As /tmp is: some tests are other users.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
