import { join, resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import type { CommandContext } from "../command-line/context.js";
import { shortPath } from "../short-path.js";
import type { RowSums } from "../store-copy/row-sums.js";

/** The time of day in a name that every file system takes, and that sorts. */
function timestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(":", "-");
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

const restoreIt = (path: string) => `To restore it into an empty place: mcp-hub restore ${path}`;

function keyText(credentials: number, keyFile: string): readonly string[] {
  return credentials === 0
    ? []
    : [
        `The key of its ${counted(credentials, "credential")} is not in it. Keep a copy of ${shortPath(keyFile)} in another place.`,
      ];
}

async function answerFile(
  { output }: CommandContext,
  {
    from,
    file,
    sums,
    keyFile,
  }: Readonly<{ from: string; file: string; sums: RowSums; keyFile: string }>,
): Promise<void> {
  const { countsOf, sumsText } = await import("../store-copy/copy-rows.js");
  output.answer({ from, file, rows: countsOf(sums) }, () => [
    `Backed up ${from} to ${shortPath(file)}: ${sumsText(sums)}. The file was read once more and is whole.`,
    restoreIt(shortPath(file)),
    ...keyText(sums.credential.rows, keyFile),
  ]);
}

export const command = defineCommand({
  args: {
    target: {
      summary:
        "a folder, or a file, that is not there yet (default: one below ./backups, named for this moment)",
      isOptional: true,
      completes: "folders",
    },
  },
  options: {
    archive: { summary: "write one file, which a hub with Postgres can restore as well" },
  },
  readsSettings: true,
  details: [
    "A hub may run meanwhile. Of the file in MCP_HUB_DATA_DIR it makes a folder, which is a data directory; of the database in DATABASE_URL, or with --archive, one file. In a clone: npm run backup",
    "The key that seals credentials for servers (MCP_HUB_SECRET_KEY_FILE) is not copied: keep it in another place. Neither are sessions of clients, which end.",
  ],
  examples: ["backup", "backup /mnt/backups/monday", "backup --archive /mnt/backups/monday.gz"],
  async run(context, { args, options }) {
    const { environment, folder: typedIn, output } = context;
    const { ownPlace } = await import("../store-copy/own-place.js");
    const place = ownPlace(environment, "Nothing was backed up");
    const { dataDir, databaseUrl, secretKeyFile } = place;
    const keyFile = secretKeyFile ?? join(dataDir, "secret.key");
    const isFile = databaseUrl !== undefined || options.archive;
    const name = `${timestamp(new Date())}${isFile ? ".gz" : ""}`;
    const to = resolve(typedIn, args.target ?? join("backups", name));
    if (databaseUrl !== undefined) {
      const [{ writeArchive }, { openPostgresSource }] = await Promise.all([
        import("../store-copy/archive-file.js"),
        import("@hub/store-postgres"),
      ]);
      const source = await openPostgresSource(databaseUrl);
      try {
        const sums = await writeArchive(to, source);
        await answerFile(context, { from: source.place, file: to, sums, keyFile });
      } finally {
        await source.close();
      }
    } else if (isFile) {
      const { backUpToFile } = await import("../store-copy/back-up-file.js");
      const sums = await backUpToFile({ dataDir, keyFile: secretKeyFile }, to);
      await answerFile(context, { from: shortPath(dataDir), file: to, sums, keyFile });
    } else {
      const { backUp } = await import("@hub/store-sqlite");
      const backup = await backUp({ dataDir, to, keyFile: secretKeyFile });
      const { folder, servers, toolsets, credentials, bytes } = backup;
      output.answer({ dataDir, folder, servers, toolsets, credentials, bytes }, () => [
        `Backed up ${shortPath(dataDir)} to ${shortPath(folder)}: ${counted(servers, "server")}, ${counted(toolsets, "toolset")}, ${bytes} bytes. The copy was opened and checked.`,
        restoreIt(shortPath(folder)),
        ...keyText(credentials, keyFile),
      ]);
    }
  },
});
