import { defineCommand } from "../../command-line/command.js";
import { toned } from "../../command-line/styled.js";
import { table } from "../../command-line/table.js";
import { selectionText } from "../../command-line/toolset-text.js";

export const command = defineCommand({
  async run({ hub, hubUrl, interrupted, output }) {
    const { toolsets } = await (await hub()).toolsets(interrupted);
    if (toolsets.length === 0)
      output.note("There is no toolset. mcp-hub toolset create <name> makes one.");
    output.answer({ toolsets }, () =>
      toolsets.length === 0
        ? []
        : table(
            [
              { title: "ID", keeps: 16 },
              { title: "SELECTS", keeps: 16 },
              { title: "MODE", keeps: "all" },
              { title: "ENDPOINT", keeps: 24 },
              { title: "NAME", mayGo: true },
            ],
            toolsets.map((toolset) => [
              toned(toolset.id, "name"),
              selectionText(toolset),
              toolset.mode === "all" ? "" : toolset.mode,
              `${hubUrl()}${toolset.url}`,
              toolset.name === toolset.id ? "" : toolset.name,
            ]),
            output.columns,
          ),
    );
  },
});
