import { join } from "node:path";
import { HubError } from "@hub/core";
import { type Environment, unknownSettingText } from "@hub/core/environment";
import { backUp } from "@hub/store-sqlite";
import { parseConfig } from "./config.js";
import { shortPath } from "./short-path.js";

/** The time of day in a name that every file system takes, and that sorts. */
function timestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(":", "-");
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

export type RunBackupOptions = {
  readonly env: Environment;
  /** Default: a folder named for this moment, below `./backups`. */
  readonly to: string | undefined;
};

/** Backs up the data directory that the environment names. Resolves with the exit code: 0, or 1 with the reason. */
export async function runBackup({ env, to }: RunBackupOptions): Promise<number> {
  const parsed = parseConfig(env);
  if (!parsed.ok) {
    for (const problem of parsed.problems) console.error(problem);
    return 1;
  }
  // A slip in the name of the data directory's variable would copy another directory, and look well.
  for (const setting of parsed.unknown) console.error(unknownSettingText(setting));
  if (parsed.unknown.length > 0) {
    console.error("Nothing was backed up: take that variable away, or correct its name.");
    return 1;
  }
  const { dataDir } = parsed.config;
  try {
    const backup = await backUp({ dataDir, to: to ?? join("backups", timestamp(new Date())) });
    const { folder, servers, toolsets, bytes } = backup;
    console.log(
      [
        `Backed up ${shortPath(dataDir)} to ${shortPath(folder)}: ${counted(servers, "server")}, ${counted(toolsets, "toolset")}, ${bytes} bytes. The copy was opened and checked.`,
        "To restore it, stop the hub and put the files of that folder into an empty data directory.",
      ].join("\n"),
    );
    return 0;
  } catch (error) {
    if (!HubError.is(error)) throw error;
    console.error(error.message);
    return 1;
  }
}
