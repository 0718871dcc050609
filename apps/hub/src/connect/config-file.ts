import { randomBytes } from "node:crypto";
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  unlink,
} from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FileChanged, FileRefused } from "./refusal.js";
import { withLock } from "./with-lock.js";

/** A larger file is none that a client keeps its servers in. In bytes. */
const mostBytes = 64 * 1024 * 1024;

/** A file as it was read. */
export type ReadFile = {
  /** The file itself, behind all links. */
  readonly path: string;
  /** Undefined when there is none. */
  readonly text: string | undefined;
  /** Other names of the same file (hard links), which a new file under this name does not have. */
  readonly otherNames: number;
  /** Its owner has taken away the right to write it. */
  readonly isReadOnly: boolean;
};

/** Reads a file behind all links. One that is not there has no text. Throws `FileRefused`. */
export async function readConfigFile(named: string): Promise<ReadFile> {
  const path = await behindLinks(named);
  const found = await stat(path).catch(absent);
  if (found === undefined) return { path, text: undefined, otherNames: 0, isReadOnly: false };
  if (!found.isFile()) throw new FileRefused(`${path} is no file`);
  if (found.size > mostBytes)
    throw new FileRefused(`${path} has ${found.size} bytes; at most ${mostBytes} are read`);
  const bytes = await readFile(path);
  const text = bytes.toString("utf8");
  // Written back, what is no UTF-8 would be lost.
  if (!Buffer.from(text, "utf8").equals(bytes))
    throw new FileRefused(`${path} is not written in UTF-8, so it cannot be edited safely`);
  const isReadOnly = (found.mode & 0o200) === 0;
  return { path, text, otherNames: Math.max(0, found.nlink - 1), isReadOnly };
}

/** The file that a path leads to, which may not be there. Throws `FileRefused` for a link that leads nowhere. */
async function behindLinks(named: string): Promise<string> {
  const path = resolve(named);
  const whole = await realpath(path).catch(absent);
  if (whole !== undefined) return whole;
  const own = await lstat(path).catch(absent);
  if (own?.isSymbolicLink()) throw new FileRefused(`${path} is a link to a file that is not there`);
  const folder = await realpath(dirname(path)).catch(absent);
  return folder === undefined ? path : join(folder, basename(path));
}

function absent(error: unknown): undefined {
  if (error instanceof Error && "code" in error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    if (error.code === "ELOOP") throw new FileRefused("Its links lead in a circle");
  }
  throw error;
}

/**
 * Puts a text in the place of what was read, in one step: a reader sees the old file or the new one. Mode
 * and owner stay. Throws `FileChanged` when the file is not as it was read, and changes nothing then.
 * `text` undefined: the file goes.
 */
export async function replaceFile(read: ReadFile, text: string | undefined): Promise<void> {
  const { path } = read;
  await mkdir(dirname(path), { recursive: true });
  await withLock(path, async () => {
    if (text !== undefined) return writeOver(read, text);
    await checkUnchanged(read);
    await unlink(path);
  });
  await syncFolder(dirname(path));
}

async function writeOver(read: ReadFile, text: string): Promise<void> {
  const { path } = read;
  const before = await stat(path).catch(absent);
  const temporary = join(
    dirname(path),
    `.${basename(path)}.${randomBytes(6).toString("hex")}.mcp-hub`,
  );
  try {
    await writeWhole(temporary, text, before);
    await checkUnchanged(read);
    // A file that appeared meanwhile is not written over.
    if (read.text === undefined) await linkNew(temporary, path);
    else await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A link is made in one step and never over what is there. Where a file system has none, a name is changed. */
async function linkNew(temporary: string, path: string): Promise<void> {
  await link(temporary, path).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "EEXIST") throw new FileChanged(path);
    if (code === "EPERM" || code === "ENOTSUP" || code === "ENOSYS") return rename(temporary, path);
    throw error;
  });
}

async function checkUnchanged({ path, text }: ReadFile): Promise<void> {
  const now = await readConfigFile(path);
  if (now.text !== text) throw new FileChanged(path);
}

type Owned = { readonly mode: number; readonly uid: number; readonly gid: number };

/** A new file, whole and on the disk. Files of clients may hold secrets: without a model, only its owner reads it. */
async function writeWhole(path: string, text: string, like: Owned | undefined): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text, "utf8");
    await file.sync();
  } finally {
    await file.close();
  }
  if (like === undefined) return;
  const own = await stat(path);
  if (own.uid !== like.uid || own.gid !== like.gid)
    await chown(path, like.uid, like.gid).catch(() => {
      throw new FileRefused(
        `${path} would get another owner than the file has now. Run the command as the owner of the file`,
      );
    });
  await chmod(path, like.mode & 0o7777);
}

/** So that the new name outlives a loss of power. Some systems do not let folders be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
