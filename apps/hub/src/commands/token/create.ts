import { actions } from "@hub/core/access";
import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { toned } from "../../command-line/styled.js";
import { expiryOf } from "../../tokens/expiry.js";
import { grantsText } from "../../tokens/grant-text.js";
import { withTokens } from "../../tokens/kept-tokens.js";

const listOrNothing = <Name extends string>(name: Name, values: readonly string[]) =>
  values.length === 0 ? {} : { [name]: values };

export const command = defineCommand({
  args: { name: { summary: "what people know it by" } },
  options: {
    may: {
      summary: "what it may do; call includes read, and admin everything",
      value: "action",
      isRepeatable: true,
      choices: actions,
    },
    server: {
      summary: "only with servers whose id fits this pattern, as 'payments-*'",
      value: "pattern",
      isRepeatable: true,
      completes: "servers",
    },
    tag: {
      summary: "only with servers that have one of these tags",
      value: "tag",
      isRepeatable: true,
    },
    tool: {
      summary: "only with tools whose name fits this pattern, as 'list_*'",
      value: "pattern",
      isRepeatable: true,
    },
    expires: { summary: "when it ends: 90m, 12h, 30d, or a date (default: never)", value: "when" },
  },
  readsSettings: true,
  details: [
    "It prints the token, which nobody can see again: the hub keeps only a hash of it.",
    "The first token must be an admin's. From then on the hub asks everybody for a token.",
    "Without --hub and MCP_HUB_URL, and while no hub runs, it writes the token into the store in MCP_HUB_DATA_DIR.",
  ],
  examples: [
    "token create operator --may admin",
    "token create agent --may call --server 'payments-*' --tool 'list_*' --expires 30d",
  ],
  async run(context, { args, options }) {
    const { output } = context;
    if (options.may.length === 0)
      throw new CommandError(
        "usage",
        `Say what the token may do: --may ${actions.join(", --may ")}. The first one of a hub needs --may admin.`,
      );
    const narrowed = {
      ...listOrNothing("servers", options.server),
      ...listOrNothing("tags", options.tag),
      ...listOrNothing("tools", options.tool),
    };
    const { expires } = options;
    const made = await withTokens(context, async (tokens) => ({
      file: tokens.file,
      ...(await tokens.create({
        name: args.name,
        grants: [...new Set(options.may)].map((action) => ({ action, ...narrowed })),
        ...(expires === undefined ? {} : { expiresAt: expiryOf(expires, Date.now()) }),
      })),
    }));
    const { file, notice, ...token } = made;
    output.note([
      "Token ",
      toned(token.id, "name"),
      ` (${token.name}) may ${grantsText(token.grants)}.`,
      ...(token.expiresAt === undefined ? [] : [` It ends at ${token.expiresAt}.`]),
      " Keep it: it is shown only now.",
    ]);
    if (file !== undefined)
      output.note(`No hub answers, so it is in ${file}. The hub knows it from its next start on.`);
    if (notice !== undefined) output.note(toned(notice, "warning"));
    output.answer({ ...token, ...(notice === undefined ? {} : { notice }) }, () => [token.token]);
  },
});
