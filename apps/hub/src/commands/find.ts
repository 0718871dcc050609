import type { ServerSummary } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { statusPiece } from "../command-line/status.js";
import { type Piece, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { neededWords } from "../command-line/tool-schema.js";
import { firstSentence } from "../command-line/words.js";

/** Tools of one server that a person is shown; more of them are seldom what was meant. */
const mostToolsShown = 5;

const rowOf = (server: ServerSummary, tool: string, text: string): readonly Piece[] => [
  toned(server.id, "name"),
  toned(tool, "strong"),
  statusPiece(server.status),
  text,
];

export const command = defineCommand({
  args: {
    question: { summary: "what the server or its tool should do, in words", isRepeatable: true },
  },
  options: {
    limit: {
      summary: "the most servers (default: 10)",
      value: "count",
      number: { least: 1, most: 1_000 },
    },
    usable: { summary: "only servers that can be used now" },
    hidden: { summary: "also those that an operator hid" },
  },
  details: [
    "Servers with tools that fit come first, the best before all others; then those whose name, description or tags have all of the words.",
  ],
  examples: ["find weather in a city", "find send an email --usable --limit 1"],
  async run({ hub, interrupted, output }, { args, options }) {
    const client = await hub();
    const { limit = 10, usable, hidden } = options;
    const query = { atLeast: limit, usable, hidden };
    const found = (await client.find(args.question.join(" "), query, interrupted)).slice(0, limit);
    if (found.length === 0) output.note("Nothing fits. mcp-hub tools lists every tool.");
    output.answer({ found }, () =>
      found.length === 0
        ? []
        : table(
            [
              { title: "SERVER", keeps: 12 },
              { title: "TOOL", keeps: 16 },
              { title: "STATUS", keeps: "all" },
              { title: "WHAT IT DOES", keeps: 20 },
            ],
            found.flatMap(({ server, tools }) =>
              tools.length === 0
                ? [rowOf(server, "", firstSentence(server.description ?? server.title))]
                : tools
                    .slice(0, mostToolsShown)
                    .map((tool) =>
                      rowOf(server, tool.name, firstSentence(tool.description ?? tool.title)),
                    ),
            ),
            output.columns,
          ),
    );
    const best = found.flatMap(({ tools }) => tools)[0];
    if (best === undefined) return;
    const words = [best.serverId, best.name, ...neededWords(best.definition.inputSchema)];
    output.note(toned(`To call it: mcp-hub call ${words.join(" ")}`, "dim"));
  },
});
