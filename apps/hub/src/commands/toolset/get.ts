import { defineCommand } from "../../command-line/command.js";
import { findToolset } from "../../command-line/find-toolset.js";
import { type Line, toned } from "../../command-line/styled.js";
import { table } from "../../command-line/table.js";
import { definitionOf, selectionText } from "../../command-line/toolset-text.js";
import { counted, firstSentence } from "../../command-line/words.js";

export const command = defineCommand({
  args: { toolset: { summary: "the id of a toolset", completes: "toolsets" } },
  examples: ["toolset get support", "toolset get support --json"],
  async run(context, { args }) {
    const { hub, hubUrl, interrupted, output } = context;
    const client = await hub();
    const toolset = await findToolset(client, args.toolset, context);
    const preview = await client.previewToolset(definitionOf(toolset), {}, interrupted);
    const { tools, dropped, missing, unknownTools, tokens } = preview;
    const warnings = [
      ...toolset.unknownServers.map((id) => `No server ${id} is registered.`),
      ...unknownTools.map((name) => `There is no tool ${name} now.`),
      ...dropped.map(({ name, reason }) => `${name}: ${reason}`),
      ...missing
        .filter(({ server }) => !toolset.unknownServers.includes(server))
        .map(({ server, status, reason }) => `${server} is ${status}: ${reason}`),
    ];
    output.answer({ toolset, preview }, () => [
      [toned(toolset.name, "strong"), "  ", toned(toolset.id, "name")],
      ...(toolset.description === undefined ? [] : [`  ${toolset.description}`]),
      `  ${hubUrl()}${toolset.url}`,
      `  selects ${selectionText(toolset)}`,
      `  ${counted(preview.toolCount, "tool")}, about ${tokens.listed} tokens for a model (all of /mcp: ${tokens.everything})`,
      ...warnings.map((text): Line => ["  ", toned(`! ${text}`, "warning")]),
      "",
      ...(tools.length === 0
        ? ["It shows no tools now."]
        : table(
            [
              { title: "TOOL", keeps: 20 },
              { title: "SERVER", keeps: 12 },
              { title: "WHAT IT DOES", keeps: 20 },
            ],
            tools.map((tool) => [
              toned(tool.name, "strong"),
              toned(tool.serverId, "name"),
              firstSentence(tool.description ?? tool.title),
            ]),
            output.columns,
          )),
    ]);
  },
});
