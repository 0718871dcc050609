import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { confirmed } from "../../command-line/context.js";
import { findServer } from "../../command-line/find-server.js";
import { toned } from "../../command-line/styled.js";

export const command = defineCommand({
  args: {
    server: { summary: "the id or the name of a server", completes: "servers" },
    header: { summary: "the header that it is sent in (default: all)", isOptional: true },
  },
  options: { yes: { summary: "do not ask", short: "y" } },
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const { id } = await findServer(client, args.server, context);
    const { credentials } = await client.credentials(id, interrupted);
    const { header } = args;
    const meant = credentials
      .map(({ name }) => name)
      .filter((name) => header === undefined || name.toLowerCase() === header.toLowerCase());
    if (meant.length === 0)
      throw new CommandError(
        "notFound",
        `The hub has no such credential for ${id}. mcp-hub credential list ${id} shows what there is.`,
      );
    const question = `Forget ${meant.join(", ")} for ${id}? Nobody can show the value again.`;
    if (!options.yes && !(await confirmed(context, question)))
      throw new CommandError("failed", "Nothing was removed: the answer was not yes.", {
        code: "NOT_CONFIRMED",
      });
    await client.removeCredentials(id, header, interrupted);
    output.answer({ server: id, removed: meant }, () => [
      ["Removed ", toned(meant.join(", "), "name"), ` for ${id}.`],
    ]);
  },
});
