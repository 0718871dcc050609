import { randomUUID } from "node:crypto";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { CommandError } from "./command-error.js";

/**
 * Makes a file that only its owner may read, and writes into it what `make` resolves with. The file is opened
 * first, so that no secret is made that has no place; when `make` fails, all is as it was.
 * @param isForced whether what is there already may be replaced; the file is never half the one and half the other.
 * @throws CommandError when the file is there, or cannot be written.
 */
export async function writeSecretFile<Made>(
  path: string,
  isForced: boolean,
  make: () => Promise<{ readonly text: string; readonly made: Made }>,
): Promise<Made> {
  // A folder is found out before there is a secret for it.
  if (isForced && (await lstat(path).catch(() => undefined))?.isDirectory() === true)
    throw new CommandError("failed", `${path} cannot be written: it is a folder.`);
  const opened = isForced ? `${path}.${randomUUID()}` : path;
  const file = await open(opened, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST"
      ? new CommandError("refused", `${path} is there already. Name another file, or give --force.`)
      : new CommandError("failed", `${path} cannot be written: ${error.message}.`);
  });
  try {
    const { text, made } = await make();
    await written(file, text);
    if (isForced) await rename(opened, path);
    return made;
  } catch (error) {
    await rm(opened, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function written(file: FileHandle, text: string): Promise<void> {
  await file.writeFile(text);
  await file.sync();
}
