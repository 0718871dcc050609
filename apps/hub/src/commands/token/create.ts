import { resolve } from "node:path";
import { actions, type Grant } from "@hub/core/access";
import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { instantOf } from "../../command-line/instant.js";
import { writeSecretFile } from "../../command-line/secret-file.js";
import { toned } from "../../command-line/styled.js";
import { shortPath } from "../../short-path.js";
import { grantsText } from "../../tokens/grant-text.js";
import { grantOf } from "../../tokens/grant-words.js";
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
    grant: {
      summary: "one grant with parts of its own: 'call servers=payments-* tools=read_*'",
      value: "grant",
      isRepeatable: true,
    },
    expires: { summary: "when it ends: 90m, 12h, 30d, or a date (default: never)", value: "when" },
    to: {
      summary: "write the token into a file that only you may read, and print it nowhere",
      value: "file",
      completes: "files",
    },
    force: { summary: "write over the file of --to when it is there" },
  },
  readsSettings: true,
  details: [
    "It prints the token, or writes it where --to says. Nobody can see it again: the hub keeps only a hash of it.",
    "The first token must be an admin's. From then on the hub asks everybody for a token.",
    "--server, --tag and --tool narrow everything in --may. --grant is one more grant, with servers=, tags=, tools= and mostServers= of its own; commas stand between several.",
    "Without --hub and MCP_HUB_URL, and while no hub runs, it writes the token into the store of the hub: the database in DATABASE_URL, or the file in MCP_HUB_DATA_DIR.",
  ],
  examples: [
    "token create operator --may admin --to operator.token",
    "token create agent --may call --server 'payments-*' --tool 'list_*' --expires 30d",
    "token create desk --may read --grant 'call servers=tickets,mail tools=list_*,get_*'",
  ],
  async run(context, { args, options }) {
    const { folder, output } = context;
    const grants = grantsOf(options);
    const { expires } = options;
    const make = () =>
      withTokens(context, async (tokens) => ({
        store: tokens.place,
        ...(await tokens.create({
          name: args.name,
          grants,
          ...(expires === undefined
            ? {}
            : { expiresAt: instantOf("--expires", expires, "from now", Date.now()) }),
        })),
      }));
    if (options.to === undefined && options.force)
      throw new CommandError("usage", "--force goes with --to.");
    const file = options.to === undefined ? undefined : resolve(folder, options.to);
    const made =
      file === undefined
        ? await make()
        : await writeSecretFile(file, options.force, async () => {
            const one = await make();
            return { text: `${one.token}\n`, made: one };
          });
    const { store, notice, token, ...about } = made;
    output.note([
      "Token ",
      toned(about.id, "name"),
      ` (${about.name}) may ${grantsText(about.grants)}.`,
      ...(about.expiresAt === undefined ? [] : [` It ends at ${about.expiresAt}.`]),
      file === undefined ? " Keep it: it is shown only now." : ` It is in ${shortPath(file)}.`,
    ]);
    output.note(
      store === undefined
        ? `The hub at ${context.hubUrl()} knows it.`
        : `No hub answers, so its hash is in ${store}. The hub knows it from its next start on.`,
    );
    if (notice !== undefined) output.note(toned(notice, "warning"));
    const where = file === undefined ? { token } : { file };
    output.answer({ ...about, ...where, ...(notice === undefined ? {} : { notice }) }, () =>
      file === undefined ? [token] : [],
    );
  },
});

type Narrowing = Readonly<Record<"server" | "tag" | "tool", readonly string[]>>;

function grantsOf({
  may,
  grant,
  ...narrowing
}: Narrowing & {
  readonly may: readonly Grant["action"][];
  readonly grant: readonly string[];
}): readonly Grant[] {
  const { server, tag, tool } = narrowing;
  const narrowed = {
    ...listOrNothing("servers", server),
    ...listOrNothing("tags", tag),
    ...listOrNothing("tools", tool),
  };
  if (may.length === 0 && grant.length === 0)
    throw new CommandError(
      "usage",
      `Say what the token may do: --may ${actions.join(", --may ")}, or --grant. The first one of a hub needs --may admin.`,
    );
  if (may.length === 0 && Object.keys(narrowed).length > 0)
    throw new CommandError(
      "usage",
      "--server, --tag and --tool narrow what --may allows. Write them into --grant, as in --grant 'call servers=payments-*'.",
    );
  return [...[...new Set(may)].map((action) => ({ action, ...narrowed })), ...grant.map(grantOf)];
}
