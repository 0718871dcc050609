import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ArchiveSource } from "@hub/core/storage";
import { CommandError } from "../command-line/command-error.js";
import { archiveFile } from "./archive-file.js";

/** Opens a backup, whichever of the two kinds it is: one file, or a data directory. It is left as it is. */
export async function openBackup(path: string): Promise<ArchiveSource> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined)
    throw new CommandError("notFound", `There is no backup ${path}. Name its file or its folder.`);
  if (!found.isDirectory()) return archiveFile(path);
  if (!existsSync(join(path, "hub.db")))
    throw new CommandError("failed", `${path} is no backup: it holds no hub.db.`);
  // Opening a file writes to it.
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-restore-"));
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const name of ["hub.db", "hub.db-wal"])
      if (existsSync(join(path, name))) cpSync(join(path, name), join(folder, name));
    const { openSqliteArchive } = await import("@hub/store-sqlite");
    const archive = await openSqliteArchive({ file: join(folder, "hub.db") });
    return {
      place: path,
      rows: () => archive.rows(),
      close: async () => {
        await archive.close();
        cleanUp();
      },
    };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

/**
 * Copies what else a backup folder holds, such as a file of tokens, where nothing of that name is there yet. Returns
 * the names.
 */
export function restoreOthers(path: string, dataDir: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const { name } = entry;
    const to = join(dataDir, name);
    if (!entry.isFile() || name.startsWith("hub.db") || existsSync(to)) return [];
    cpSync(join(path, name), to, { errorOnExist: true });
    return [name];
  });
}
