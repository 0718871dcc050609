import { defineCommand } from "../../command-line/command.js";
import { credentialLines } from "../../command-line/credential-text.js";
import { findServer } from "../../command-line/find-server.js";

export const command = defineCommand({
  args: { server: { summary: "the id or the name of a server", completes: "servers" } },
  details: ["Their values are shown to nobody."],
  async run(context, { args }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const { id } = await findServer(client, args.server, context);
    const held = await client.credentials(id, interrupted);
    if (held.credentials.length === 0)
      output.note(
        `The hub has no credential for ${id}. mcp-hub credential set ${id} gives it one.`,
      );
    output.answer(held, () => credentialLines(held, output.columns));
  },
});
