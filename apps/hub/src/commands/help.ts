import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { findCommand } from "../command-line/find-command.js";
import { helpOfAll, helpOfCommand } from "../command-line/help.js";

export const command = defineCommand({
  args: {
    command: {
      summary: "the command, or nothing for a list of them",
      isOptional: true,
      isRepeatable: true,
      completes: "commands",
    },
  },
  async run({ output }, { args }) {
    if (args.command.length === 0) {
      output.text(helpOfAll());
      return;
    }
    const found = findCommand(args.command);
    if (!found.ok) throw new CommandError("usage", found.problem);
    if (found.entry === undefined) output.text(helpOfAll());
    else output.text(helpOfCommand(found.entry, (await found.entry.load()).command));
  },
});
