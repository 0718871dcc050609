import { parseArgs } from "node:util";

const usage = `Usage: demo-client [server id] [--tool <name>] [--arguments <json>]

  demo-client                          shows which servers there are
  demo-client mcp-server-2             calls its first tool that needs no arguments
  demo-client --tool greet2            finds a server that is up and has the tool
  demo-client --tool count_words --arguments '{"text":"one two"}'`;

/** What the person at the terminal asked for. */
export interface Asked {
  readonly serverId: string | undefined;
  readonly tool: string | undefined;
  readonly toolArguments: Readonly<Record<string, unknown>>;
}

/** @throws Error with the usage when the arguments cannot be understood. */
export function readArguments(argv: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { tool: { type: "string" }, arguments: { type: "string", default: "{}" } },
    });
    if (positionals.length > 1) throw new Error("Expected one server id at most");
    const given: unknown = JSON.parse(values.arguments);
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      throw new Error("Expected --arguments to be a JSON object");
    }
    return { serverId: positionals[0], tool: values.tool, toolArguments: { ...given } };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n\n${usage}`); // all of the above throw Errors
  }
}
