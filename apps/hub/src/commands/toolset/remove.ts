import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { confirmed } from "../../command-line/context.js";
import { findToolset } from "../../command-line/find-toolset.js";
import { toned } from "../../command-line/styled.js";

export const command = defineCommand({
  args: { toolset: { summary: "the id of a toolset", completes: "toolsets" } },
  options: { yes: { summary: "do not ask", short: "y" } },
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const { id, name, etag } = await findToolset(client, args.toolset, context);
    const question = `Remove the toolset ${name} (${id})? Clients that use its endpoint lose it.`;
    if (!options.yes && !(await confirmed(context, question)))
      throw new CommandError("failed", "Nothing was removed: the answer was not yes.", {
        code: "NOT_CONFIRMED",
      });
    await client.deleteToolset(id, etag, interrupted);
    output.answer({ removed: id }, () => [["Removed ", toned(id, "name"), "."]]);
  },
});
