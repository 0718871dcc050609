import { join, resolve } from "node:path";
import { unknownSettingText } from "@hub/core/environment";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { shortPath } from "../short-path.js";

/** The time of day in a name that every file system takes, and that sorts. */
function timestamp(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(":", "-");
}

const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;

export const command = defineCommand({
  args: {
    folder: {
      summary:
        "a folder that is not there yet (default: one below ./backups, named for this moment)",
      isOptional: true,
      completes: "folders",
    },
  },
  readsSettings: true,
  details: [
    "It reads only the files in MCP_HUB_DATA_DIR, so a hub may use them meanwhile. In a clone: npm run backup",
    "The key that seals credentials for servers (MCP_HUB_SECRET_KEY_FILE) is not copied: keep it in another place.",
    "To restore a backup, stop the hub and put the files of the folder into an empty data directory.",
  ],
  examples: ["backup", "backup /mnt/backups/monday"],
  async run({ environment, folder: typedIn, output }, { args }) {
    const [{ parseConfig }, { backUp }] = await Promise.all([
      import("../config.js"),
      import("@hub/store-sqlite"),
    ]);
    const parsed = parseConfig(environment);
    if (!parsed.ok) throw new CommandError("failed", parsed.problems.join("\n"));
    // A slip in the name of the data directory's variable would copy another directory, and look well.
    if (parsed.unknown.length > 0) {
      throw new CommandError(
        "failed",
        [
          ...parsed.unknown.map(unknownSettingText),
          "Nothing was backed up: take that variable away, or correct its name.",
        ].join("\n"),
      );
    }
    const { dataDir, secretKeyFile } = parsed.config;
    const to = resolve(typedIn, args.folder ?? join("backups", timestamp(new Date())));
    const backup = await backUp({ dataDir, to, keyFile: secretKeyFile });
    const { folder, servers, toolsets, credentials, bytes } = backup;
    output.answer({ dataDir, folder, servers, toolsets, credentials, bytes }, () => [
      `Backed up ${shortPath(dataDir)} to ${shortPath(folder)}: ${counted(servers, "server")}, ${counted(toolsets, "toolset")}, ${bytes} bytes. The copy was opened and checked.`,
      "To restore it, stop the hub and put the files of that folder into an empty data directory.",
      ...(credentials === 0
        ? []
        : [
            `The key of its ${counted(credentials, "credential")} is not in it. Keep a copy of ${shortPath(secretKeyFile ?? join(dataDir, "secret.key"))} in another place.`,
          ]),
    ]);
  },
});
