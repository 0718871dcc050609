import { everyPage } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { findServer } from "../command-line/find-server.js";
import { nearestAdvice } from "../command-line/nearest.js";
import { type Line, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { neededWords, type Parameter, parametersOf, typesOf } from "../command-line/tool-schema.js";
import { firstSentence } from "../command-line/words.js";

interface Listed {
  readonly serverId: string;
  readonly definition: Readonly<Record<string, unknown>> & { readonly name: string };
}

const textIn = (value: unknown) => (typeof value === "string" ? value : undefined);

/** The required arguments, and that there are others. */
function signature(definition: Listed["definition"]): string {
  const parameters = parametersOf(definition.inputSchema);
  const required = parameters.filter(({ isRequired }) => isRequired).map(({ name }) => name);
  return [...required, ...(required.length < parameters.length ? ["..."] : [])].join(", ");
}

function listLines(
  tools: readonly Listed[],
  columns: number | undefined,
  hasServer: boolean,
): readonly Line[] {
  if (tools.length === 0) return [];
  return table(
    [
      ...(hasServer ? [] : [{ title: "SERVER", keeps: 12 }]),
      { title: "TOOL", keeps: 16 },
      { title: "TAKES", mayGo: true },
      { title: "WHAT IT DOES", keeps: 20 },
    ],
    tools.map(({ serverId, definition }) => [
      ...(hasServer ? [] : [toned(serverId, "name")]),
      toned(definition.name, "strong"),
      signature(definition),
      firstSentence(textIn(definition.description) ?? textIn(definition.title)),
    ]),
    columns,
  );
}

function parameterRow({ name, isRequired, schema }: Parameter) {
  const choices: readonly unknown[] = Array.isArray(schema.enum) ? schema.enum : [];
  const about = [
    textIn(schema.description),
    choices.length === 0
      ? undefined
      : `one of ${choices.map((one) => JSON.stringify(one)).join(", ")}`,
    schema.default === undefined ? undefined : `default: ${JSON.stringify(schema.default)}`,
  ];
  return [
    toned(name, "strong"),
    typesOf(schema).join(" or ") || "any",
    isRequired ? "required" : "",
    about.filter((one) => one !== undefined).join("; "),
  ];
}

function toolLines({ serverId, definition }: Listed, columns: number | undefined): readonly Line[] {
  const parameters = parametersOf(definition.inputSchema);
  const description = textIn(definition.description);
  const needed = neededWords(definition.inputSchema);
  return [
    [toned(definition.name, "strong"), ` of ${serverId}`],
    ...(description ?? "").split("\n").map((line) => (line === "" ? "" : `  ${line}`)),
    "",
    ...(parameters.length === 0
      ? ["It takes no arguments."]
      : table(
          [
            { title: "ARGUMENT", keeps: 12 },
            { title: "TYPE" },
            { title: "", keeps: "all" },
            { title: "WHAT IT IS", keeps: 20 },
          ],
          parameters.map(parameterRow),
          columns,
        )),
    "",
    toned(["To call it: mcp-hub call", serverId, definition.name, ...needed].join(" "), "dim"),
  ];
}

export const command = defineCommand({
  args: {
    server: {
      summary: "the id or the name of a server (default: all servers)",
      isOptional: true,
      completes: "servers",
    },
    tool: { summary: "a tool of it, to see all of it", isOptional: true, completes: "tools" },
  },
  examples: ["tools", "tools weather", "tools weather forecast"],
  async run(context, { args }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    if (args.server === undefined) {
      const tools = await client.everyTool({}, interrupted);
      if (tools.length === 0) output.note("No server offers a tool.");
      output.answer({ tools }, () => listLines(tools, output.columns, false));
      return;
    }
    const { id, status } = await findServer(client, args.server, context);
    const pages = await everyPage(client, (cursor) =>
      client.serverTools(id, { cursor }, interrupted),
    );
    const tools = pages
      .flatMap((page) => page.tools)
      .map((definition): Listed => ({ serverId: id, definition }));
    if (args.tool !== undefined) {
      const tool = tools.find(({ definition }) => definition.name === args.tool);
      if (tool === undefined) {
        const names = tools.map(({ definition }) => definition.name);
        const advice = nearestAdvice(args.tool, names, `mcp-hub tools ${id} lists what it has`);
        const message = `${id} has no tool ${JSON.stringify(args.tool)}. ${advice}`;
        throw new CommandError("notFound", message, { code: "TOOL_NOT_FOUND" });
      }
      output.answer(tool.definition, () => toolLines(tool, output.columns));
      return;
    }
    if (pages[0]?.snapshot === null)
      output.note(
        toned(`The hub has not read the tools of ${id} yet; it is ${status}.`, "warning"),
      );
    else if (tools.length === 0) output.note(`${id} offers no tools.`);
    output.answer({ tools: tools.map(({ definition }) => definition) }, () =>
      listLines(tools, output.columns, true),
    );
  },
});
