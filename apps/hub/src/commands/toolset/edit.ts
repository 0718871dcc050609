import type { ToolsetInput } from "@hub/client";
import { defineCommand } from "../../command-line/command.js";
import { CommandError } from "../../command-line/command-error.js";
import { findToolset } from "../../command-line/find-toolset.js";
import { toned } from "../../command-line/styled.js";
import { definedBy, definitionIn, toolsetOptions } from "../../command-line/toolset-options.js";
import { definitionOf, selectionText } from "../../command-line/toolset-text.js";

const clearable = ["description", "servers", "tags", "allow", "deny", "overrides"] as const;

function without(definition: ToolsetInput, members: readonly string[]): ToolsetInput {
  const kept = Object.entries(definition).filter(([member]) => !members.includes(member));
  // Only members that may be absent are taken away.
  return Object.fromEntries(kept) as ToolsetInput;
}

export const command = defineCommand({
  args: { toolset: { summary: "the id of a toolset", completes: "toolsets" } },
  options: {
    name: { summary: "its name", value: "name" },
    ...toolsetOptions,
    clear: {
      summary: "take away what the toolset says of this",
      value: "member",
      isRepeatable: true,
      choices: clearable,
    },
  },
  details: [
    "What an option names is replaced as a whole: --server a --server b leaves a and b. The rest stays as it is. With --file, the file is the whole definition, but for the id.",
    "When somebody else changes the toolset at the same moment, nothing is overwritten: the exit code is 4.",
  ],
  examples: [
    "toolset edit support --server tickets --server mail",
    "toolset edit support --clear allow --mode search",
  ],
  async run(context, { args, options }) {
    const { hub, interrupted, output } = context;
    const file = await definitionIn(options.file, context);
    const { name } = options;
    const changes = { ...definedBy(options), ...(name === undefined ? {} : { name }) };
    if (Object.keys({ ...file, ...changes }).length === 0 && options.clear.length === 0)
      throw new CommandError(
        "usage",
        "Say what to change: mcp-hub toolset edit --help lists the options.",
      );
    const client = await hub();
    const toolset = await findToolset(client, args.toolset, context);
    const before =
      options.file === undefined ? definitionOf(toolset) : { name: toolset.name, ...file };
    const definition = { ...without(before, options.clear), ...changes, id: toolset.id };
    const saved = await client.replaceToolset(toolset.id, definition, toolset.etag, interrupted);
    output.answer(saved, () => [
      ["Saved ", toned(saved.id, "name"), `: it selects ${selectionText(saved)}.`],
    ]);
  },
});
