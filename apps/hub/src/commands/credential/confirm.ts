import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { confirmed } from "../../command-line/context.js";
import { credentialLines } from "../../command-line/credential-text.js";
import { findServer } from "../../command-line/find-server.js";

export const command = defineCommand({
  args: { server: { summary: "the id or the name of a server", completes: "servers" } },
  options: { yes: { summary: "do not ask", short: "y" } },
  details: [
    "The hub sends a credential only to the host and port that it was given for. After a server has moved, this says that it is the same server.",
  ],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const { id } = await findServer(client, args.server, context);
    const { credentials, origins } = await client.credentials(id, interrupted);
    const before = [...new Set(credentials.flatMap((one) => one.origins))];
    if (credentials.length === 0)
      throw new CommandError("notFound", `The hub has no credential for ${id}.`);
    const question = `Send the credentials of ${id}, given for ${before.join(", ")}, to ${origins.join(", ")} from now on?`;
    if (!options.yes && !(await confirmed(context, question)))
      throw new CommandError("failed", "Nothing was confirmed: the answer was not yes.", {
        code: "NOT_CONFIRMED",
      });
    const held = await client.confirmCredentials(id, origins, interrupted);
    output.answer(held, () => credentialLines(held, output.columns));
  },
});
