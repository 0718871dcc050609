import * as fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { cannotMake, cannotUse, notAFile, notAFolder } from "./refusals.js";

/** Resolves where a database is, or will be, and makes its directory. Opens nothing. */
export function preparePlace(given: string): string {
  const wanted = resolve(given);
  const folder = dirname(wanted);
  makeFolder(folder);
  let file: string;
  try {
    fs.accessSync(folder, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
    file = join(fs.realpathSync(folder), basename(wanted));
  } catch (error) {
    throw cannotUse(folder, error);
  }
  try {
    const found = fs.statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return file;
    if (!found.isFile()) throw notAFile(file);
    fs.accessSync(file, fs.constants.R_OK | fs.constants.W_OK);
    return fs.realpathSync(file);
  } catch (error) {
    throw error instanceof Error && "code" in error && error.code === "STORE_UNAVAILABLE"
      ? error
      : cannotUse(file, error);
  }
}

/**
 * Makes a folder and what is missing above it, for its owner alone. Node's own recursion never ends where a
 * file system has no place for a folder, as below /proc. Throws STORE_UNAVAILABLE.
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    fs.mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another hub that starts at the same moment may have made it.
    if (!isFolder(folder)) throw cannotMake(folder, error);
  }
}

/** False where there is nothing. Throws STORE_UNAVAILABLE where there is something else, or nobody can tell. */
function isFolder(path: string): boolean {
  try {
    if (fs.statSync(path).isDirectory()) return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // What is in the way is said of the part that is no directory.
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw cannotUse(path, error);
  }
  throw notAFolder(path);
}

/** Makes an empty file that only its owner may read; SQLite gives its other files the same rights. */
export function createFile(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, "a", 0o600));
  } catch (error) {
    throw cannotUse(file, error);
  }
}

/** Makes the name of a new file survive a power loss. */
export function syncFolder(file: string): void {
  // Windows has no way to open a directory; NTFS keeps its names in a journal of its own.
  if (process.platform === "win32") return;
  const folder = fs.openSync(dirname(file), "r");
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}

/** Renames what lies beside a database under these endings. Returns the new names. */
export function moveAside(file: string, suffixes: readonly string[]): readonly string[] {
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  return suffixes.flatMap((suffix) => {
    if (!fs.existsSync(file + suffix)) return [];
    const aside = `${file}${suffix}.${time}`;
    fs.renameSync(file + suffix, aside);
    return [aside];
  });
}

/** The size of a file; 0 when there is none, also where its folder is none. */
export function sizeOf(file: string): number {
  try {
    return fs.statSync(file).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && /^ENO(ENT|TDIR)$/.test(String(error.code)))
      return 0;
    throw error;
  }
}
