import { HubClientError } from "@hub/client";
import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { confirmed } from "../../command-line/context.js";
import { toned } from "../../command-line/styled.js";
import { withTokens } from "../../tokens/kept-tokens.js";

const unknownToken = "TOKEN_NOT_FOUND";

const isUnknown = (error: unknown) =>
  (HubClientError.is(error) || error instanceof CommandError) && error.code === unknownToken;

export const command = defineCommand({
  args: { token: { summary: "the id of a token", completes: "tokens" } },
  options: { yes: { summary: "do not ask", short: "y" } },
  readsSettings: true,
  details: [
    "The hub refuses it at once, and ends what its holder has open. A running hub keeps its last admin's token.",
    "Without --hub and MCP_HUB_URL, and while no hub runs, it works on the store of the hub: the database in DATABASE_URL, or the file in MCP_HUB_DATA_DIR. A hub without any token is open again: everybody on its machine may do all.",
  ],
  examples: ["token revoke 8fKq2LmP0aZx --yes"],
  async run(context, { args, options }) {
    const { output } = context;
    const question = `Revoke the token ${args.token}? Whoever uses it is refused from then on.`;
    if (!options.yes && !(await confirmed(context, question)))
      throw new CommandError("failed", "Nothing was revoked: the answer was not yes.", {
        code: "NOT_CONFIRMED",
      });
    const { place, left } = await withTokens(context, async (tokens) => {
      await tokens.revoke(args.token).catch((error: unknown) => {
        if (!isUnknown(error)) throw error;
        throw new CommandError(
          "notFound",
          `No token has the id ${JSON.stringify(args.token.slice(0, 100))}. mcp-hub token list shows those that exist.`,
          { code: unknownToken, cause: error },
        );
      });
      const { place } = tokens;
      return { place, left: place === undefined ? undefined : (await tokens.list()).length };
    });
    if (place !== undefined) output.note(`No hub answers, so it was taken out of ${place}.`);
    if (left === 0)
      output.note(
        toned(
          "No token is left, so the hub is open: everybody on its machine may do all.",
          "warning",
        ),
      );
    output.answer({ revoked: args.token }, () => [["Revoked ", toned(args.token, "name"), "."]]);
  },
});
