import { resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { shortPath } from "../short-path.js";

export const command = defineCommand({
  args: { backup: { summary: "what mcp-hub backup made: a file or a folder", completes: "files" } },
  readsSettings: true,
  details: [
    "It fills the database in DATABASE_URL, else the file in MCP_HUB_DATA_DIR, which must be empty, and with no hub on it. Then it reads both and compares. The backup is not changed.",
    "A backup of a file can be restored into Postgres, and the other way round. Give the hub the key of the old one (MCP_HUB_SECRET_KEY_FILE); what else a backup's folder holds is put into MCP_HUB_DATA_DIR.",
  ],
  examples: ["restore backups/2026-11-28T08-00-00", "restore /mnt/backups/monday.gz"],
  async run({ environment, folder, output }, { args }) {
    const [{ ownPlace }, { openBackup, restoreOthers }, { openArchive }, copying] =
      await Promise.all([
        import("../store-copy/own-place.js"),
        import("../store-copy/restore-source.js"),
        import("../store-copy/open-archive.js"),
        import("../store-copy/copy-rows.js"),
      ]);
    const { dataDir, databaseUrl } = ownPlace(environment, "Nothing was restored");
    const path = resolve(folder, args.backup);
    const source = await openBackup(path);
    try {
      const target = await openArchive(
        databaseUrl === undefined
          ? { kind: "file", dataDir: resolve(dataDir) }
          : { kind: "database", url: databaseUrl },
        { mustExist: false },
      );
      try {
        const sums = await copying.copyRecorded("restore", source, target);
        const others = restoreOthers(path, dataDir);
        const rows = copying.countsOf(sums);
        output.answer({ backup: path, to: target.place, rows, files: others }, () => [
          `Restored ${copying.sumsText(sums)} from ${shortPath(path)} to ${target.place}. Both were read and hold the same.`,
          ...(others.length === 0
            ? []
            : [`Put into ${shortPath(dataDir)} as well: ${others.join(", ")}.`]),
        ]);
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  },
});
