import { logLevels } from "@hub/api";
import { defineCommand } from "../command-line/command.js";

export const command = defineCommand({
  args: {
    level: {
      summary: "the new level; without one, the level is shown",
      isOptional: true,
      choices: logLevels,
    },
  },
  details: [
    "It lasts until the hub is restarted, which then begins with LOG_LEVEL again. Where several hubs are on one database, it is that of the one that is asked. It needs `admin`.",
  ],
  examples: ["log-level", "log-level debug"],
  async run({ hub, interrupted, output }, { args }) {
    const client = await hub();
    if (args.level !== undefined) {
      const { level } = await client.setLogLevel(args.level, interrupted);
      output.answer({ level }, () => [
        `The hub's log has level ${level} now, until it is restarted.`,
      ]);
      return;
    }
    const { settings } = await client.settings(interrupted);
    const level = settings.find(({ name }) => name === "LOG_LEVEL")?.value ?? null;
    output.answer({ level }, () => [
      level === null ? "The hub is a part of another program, which has its log." : String(level),
    ]);
  },
});
