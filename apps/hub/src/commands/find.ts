import { defineCommand } from "../command-line/command.js";
import { serverStatuses, statusPiece } from "../command-line/status.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { firstSentence } from "../command-line/words.js";

export const command = defineCommand({
  args: {
    question: { summary: "what the tool should do, in words", isRepeatable: true },
  },
  options: {
    limit: { summary: "the most tools", value: "count", number: { least: 1, most: 200 } },
    status: {
      summary: "only tools of servers in this state",
      value: "status",
      isRepeatable: true,
      choices: serverStatuses,
    },
    hidden: { summary: "also those of servers that an operator hid" },
  },
  details: ["It searches the tools of all servers, and shows those that fit best first."],
  examples: ["find weather in a city", "find send an email --status up --limit 3"],
  async run({ hub, interrupted, output }, { args, options }) {
    const q = args.question.join(" ");
    const { limit = 10, status, hidden } = options;
    const client = await hub();
    const query = { q, limit, status, ...(hidden ? { hidden } : {}) };
    const { tools } = await client.tools(query, interrupted);
    if (tools.length === 0) output.note("No tool fits. mcp-hub tools lists all of them.");
    output.answer({ tools }, () =>
      tools.length === 0
        ? []
        : table(
            [
              { title: "SERVER", keeps: 12 },
              { title: "TOOL", keeps: 16 },
              { title: "STATUS", keeps: "all" },
              { title: "WHAT IT DOES", keeps: 20 },
            ],
            tools.map((tool) => [
              toned(tool.serverId, "name"),
              toned(tool.name, "strong"),
              statusPiece(tool.serverStatus),
              firstSentence(tool.description ?? tool.title),
            ]),
            output.columns,
          ),
    );
    const [best] = tools;
    if (best !== undefined)
      output.note(toned(`To call it: mcp-hub call ${best.serverId} ${best.name}`, "dim"));
  },
});
