import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { type Line, toned } from "../../command-line/styled.js";
import { definedBy, definitionIn, toolsetOptions } from "../../command-line/toolset-options.js";

export const command = defineCommand({
  args: { name: { summary: "its name (default: the one in --file)", isOptional: true } },
  options: {
    id: { summary: "a part of its URL (default: made from the name)", value: "id" },
    ...toolsetOptions,
  },
  details: ["Without options it selects every tool of every server."],
  examples: [
    "toolset create Support --server tickets --server mail --deny mail/delete",
    "toolset create --file support.json",
  ],
  async run(context, { args, options }) {
    const { hub, hubUrl, interrupted, output } = context;
    const file = await definitionIn(options.file, context);
    const name = args.name ?? file.name;
    if (name === undefined) throw new CommandError("usage", "Give the toolset a name.");
    const { id } = options;
    const definition = {
      ...file,
      ...definedBy(options),
      ...(id === undefined ? {} : { id }),
      name,
    };
    const toolset = await (await hub()).createToolset(definition, interrupted);
    output.answer(toolset, () => [
      ["Created ", toned(toolset.id, "name"), `: ${hubUrl()}${toolset.url}`],
      ...toolset.unknownServers.map(
        (server): Line => toned(`! No server ${server} is registered yet.`, "warning"),
      ),
    ]);
  },
});
