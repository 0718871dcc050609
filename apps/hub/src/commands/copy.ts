import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";

const aPlace = "a data directory, or postgres://user:password@host:5432/database";

export const command = defineCommand({
  args: {
    from: { summary: aPlace, completes: "folders" },
    to: { summary: `${aPlace}; it must be empty`, completes: "folders" },
  },
  details: [
    "It copies all that a hub keeps: servers with their snapshots and histories, journal, toolsets, tokens, credentials, sessions, sign-ins, audit, history of calls. Then it reads both and compares. The source is not changed; the audit of the copy says where it came from.",
    "No hub may run on either of them meanwhile. A password on the command line can be seen by others on the machine: PGPASSWORD, or a file named in PGPASSFILE, keeps it out of there.",
    "Credentials stay sealed: give the new hub the same key (MCP_HUB_SECRET_KEY_FILE).",
  ],
  examples: [
    "copy ./data postgres://hub@db.example/hub",
    "copy postgres://hub@db.example/hub ./data",
  ],
  async run({ folder, output }, { args }) {
    const [{ isSamePlace, openArchive, placeOf }, { copyRecorded, countsOf, sumsText }] =
      await Promise.all([
        import("../store-copy/open-archive.js"),
        import("../store-copy/copy-rows.js"),
      ]);
    const [from, to] = [placeOf(args.from, folder), placeOf(args.to, folder)];
    if (isSamePlace(from, to))
      throw new CommandError("usage", "Both are the same place: name two.");
    const source = await openArchive(from, { mustExist: true });
    try {
      const target = await openArchive(to, { mustExist: false });
      try {
        const sums = await copyRecorded("copy", source, target);
        const places = { from: source.place, to: target.place };
        output.answer({ ...places, rows: countsOf(sums) }, () => [
          `Copied ${sumsText(sums)} from ${places.from} to ${places.to}. Both were read and hold the same.`,
          ...(sums.credential.rows === 0
            ? []
            : ["Give the new hub the same key as the old one (MCP_HUB_SECRET_KEY_FILE)."]),
        ]);
      } finally {
        await target.close();
      }
    } finally {
      await source.close();
    }
  },
});
