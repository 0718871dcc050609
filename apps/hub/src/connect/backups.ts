import { chmod, open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readConfigFile } from "./config-file.js";

/** Only so many are looked at, the newest first. */
const mostRead = 100;

/** What the backups of a file are called: they sort by their age. */
const stem = (path: string) => `${basename(path)}.mcp-hub-backup-`;

/**
 * Keeps a text beside its file, under the file's mode. Never over another backup. Gives the path.
 * `at`: the moment that the name says.
 */
export async function backUpFile(path: string, text: string, at: Date): Promise<string> {
  const moment = at.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const { mode } = await stat(path);
  for (let number = 0; ; number += 1) {
    const name = number === 0 ? moment : `${moment}-${String(number).padStart(3, "0")}`;
    const backup = join(dirname(path), `${stem(path)}${name}`);
    // Fails for a name that is taken, and never opens what is there.
    const file = await open(backup, "wx", 0o600).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return undefined;
      throw error;
    });
    if (file === undefined) continue;
    try {
      await file.writeFile(text, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(backup, mode & 0o7777);
    return backup;
  }
}

/** The texts of the backups of a file, the newest first. Those that cannot be read are left out. */
export async function readBackups(path: string): Promise<readonly string[]> {
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const own = names.filter((name) => name.startsWith(stem(path)));
  const texts: string[] = [];
  for (const name of own.sort().reverse().slice(0, mostRead)) {
    const read = await readConfigFile(join(dirname(path), name)).catch(() => undefined);
    if (read?.text !== undefined) texts.push(read.text);
  }
  return texts;
}
