import type { ServerTools } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { contentText, progressOf } from "../command-line/content.js";
import { findServer } from "../command-line/find-server.js";
import { nearestAdvice } from "../command-line/nearest.js";
import {
  assertComplete,
  parseJsonObject,
  readToolArguments,
} from "../command-line/tool-arguments.js";

/** The hub's own limit for one whole call, in milliseconds: it is the one that ends calls. */
const longestCallMs = 15 * 60_000;
const mostInputBytes = 4 * 1024 * 1024;

type Tool = ServerTools["tools"][number];

/** The tool as the hub has it. It is undefined while the hub has not read the server. */
function findTool(
  { snapshot, tools }: ServerTools,
  name: string,
  server: string,
): Tool | undefined {
  const tool = tools.find((one) => one.name === name);
  if (tool !== undefined || snapshot === null) return tool;
  const names = tools.map((one) => one.name);
  const advice = nearestAdvice(name, names, `mcp-hub tools ${server} lists what it has`);
  throw new CommandError("notFound", `${server} has no tool ${JSON.stringify(name)}. ${advice}`, {
    code: "TOOL_NOT_FOUND",
  });
}

export const command = defineCommand({
  args: {
    server: { summary: "the id or the name of a server", completes: "servers" },
    tool: { summary: "the name of a tool, as the server calls it", completes: "tools" },
    argument: {
      summary: "key=value, or one JSON object, or - for a JSON object on stdin",
      isOptional: true,
      isRepeatable: true,
    },
  },
  options: {
    timeout: {
      summary: "give up after so many seconds (default: the hub's own time limits)",
      value: "seconds",
      number: { least: 1, most: 900 },
    },
  },
  details: [
    "The schema of the tool says what a value is: count=5 is a number where it wants one, and text where it wants text. key:=value is JSON in any case. A key that is given several times is a list.",
    "When the tool itself fails, its text goes to stderr and the exit code is 1. With --json, stdout has the whole result in any case.",
  ],
  examples: [
    "call weather forecast city=Bergen days=3",
    `call weather forecast '{"city": "Bergen"}'`,
    "call weather forecast - < arguments.json",
  ],
  async run(context, { args, options }) {
    const { hub, input, interrupted, output } = context;
    const client = await hub();
    const server = await findServer(client, args.server, context);
    const offered = await client.serverTools(server.id, {}, interrupted);
    const tool = findTool(offered, args.tool, server.id);
    const given =
      args.argument[0] === "-" && args.argument.length === 1
        ? parseJsonObject(await input.readText(mostInputBytes), "stdin")
        : readToolArguments(args.argument, tool?.inputSchema);
    assertComplete(given, tool?.inputSchema, args.tool);
    const { withServer } = await import("../command-line/connection.js");
    const result = await withServer(context, server.id, (mcp) =>
      mcp.callTool(
        { name: args.tool, arguments: { ...given } },
        {
          signal: interrupted,
          timeout: options.timeout === undefined ? longestCallMs : options.timeout * 1_000,
          onprogress: progressOf(context, `${server.id} ${args.tool}`),
          // Some arguments travel in headers too. What the result must be is not ours to judge.
          ...(tool === undefined
            ? {}
            : { toolDefinition: { name: tool.name, inputSchema: inputSchemaOf(tool) } }),
        },
      ),
    );
    const { content, structuredContent, isError } = result;
    const texts = content.map(contentText);
    const text =
      texts.length === 0 && structuredContent !== undefined
        ? JSON.stringify(structuredContent, null, 2)
        : texts.join("\n");
    if (output.isJson) output.answer(result, () => []);
    else if (isError !== true) output.text(text);
    if (isError === true)
      throw new CommandError("failed", text === "" ? `${args.tool} failed.` : text, {
        code: "TOOL_ERROR",
      });
  },
});

function inputSchemaOf({ inputSchema }: Tool): { readonly type: "object" } {
  // As the server wrote it; of another type than an object none can be.
  return { ...(typeof inputSchema === "object" ? inputSchema : {}), type: "object" };
}
