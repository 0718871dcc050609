import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { exitCodes } from "../command-line/exit-codes.js";

export const command = defineCommand({
  options: {
    check: { summary: "change nothing; end with 1 when there is something to do" },
  },
  readsSettings: true,
  details: [
    "It brings the tables of the database in DATABASE_URL to the schema of this version; doing so twice changes nothing. A hub does the same when it starts, within some seconds: on a large database run this first.",
    "Steps go forward only. Hubs of the older version go on until they are restarted, and then want the newer version: back up before.",
  ],
  examples: ["migrate", "migrate --check"],
  async run({ environment, output }, { options }) {
    const [{ parseConfig }, { storeText }] = await Promise.all([
      import("../config.js"),
      import("../choose-store.js"),
    ]);
    const parsed = parseConfig(environment);
    if (!parsed.ok) throw new CommandError("failed", parsed.problems.join("\n"));
    const { databaseUrl, dataDir } = parsed.config;
    if (databaseUrl === undefined)
      throw new CommandError(
        "failed",
        "DATABASE_URL is not set. A hub with a file brings it up to date itself when it starts; there is nothing to do.",
      );
    const { migrateDatabase } = await import("@hub/store-postgres");
    const { from, to } = await migrateDatabase(databaseUrl, { isLook: options.check });
    const isCurrent = from === to;
    const place = storeText({ databaseUrl, dataDir });
    output.answer({ database: place, from, to, isCurrent }, () => [
      isCurrent
        ? `${place} has schema ${to}, the newest. There was nothing to do.`
        : options.check
          ? `${place} has ${from === 0 ? "no tables yet" : `schema ${from}`}; this version writes schema ${to}. Run: mcp-hub migrate`
          : `${place} has schema ${to} now (${from === 0 ? "there were no tables" : `it had ${from}`}).`,
    ]);
    return options.check && !isCurrent ? exitCodes.failed : exitCodes.ok;
  },
});
