import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { backUp, openSqliteArchive } from "@hub/store-sqlite";
import { CommandError } from "../command-line/command-error.js";
import { writeArchive } from "./archive-file.js";
import type { RowSums } from "./row-sums.js";

/** Backs up the file in a data directory to one file, which every store takes; a hub may write meanwhile. */
export async function backUpToFile(
  options: { readonly dataDir: string; readonly keyFile: string | undefined },
  to: string,
): Promise<RowSums> {
  if (existsSync(to)) throw new CommandError("failed", `${to} is there already. Name a new file.`);
  const folder = join(dirname(to), `.${process.pid}-backup`);
  try {
    await backUp({ ...options, to: folder });
    const archive = await openSqliteArchive({ file: join(folder, "hub.db") });
    try {
      return await writeArchive(to, archive);
    } finally {
      await archive.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
