import { serverStatuses } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import { longestQuery } from "../search/terms.js";

export const hubToolNames = {
  listServers: "hub__list_servers",
  findTools: "hub__find_tools",
  callTool: "hub__call_tool",
  diagnose: "hub__diagnose",
} as const;

/** Matches of one answer, and whole definitions. */
export const findToolsLimit = { default: 5, maximum: 20, schemas: 5 } as const;

/**
 * The hub's own tools of search mode as a client sees them. There these are all that a model reads, so every
 * word costs each conversation: they say what to do next and nothing else.
 */
export const hubTools: readonly JsonObject[] = [
  {
    name: hubToolNames.listServers,
    title: "List servers",
    description:
      "List the MCP servers behind this hub with their status, tags and number of tools. Use it to see what kinds of tools exist.",
    inputSchema: {
      type: "object",
      properties: {
        query: {
          type: "string",
          description: "Only servers whose name, description or tools hold this text.",
        },
        status: {
          type: "string",
          enum: [...serverStatuses],
        },
        tag: { type: "string" },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: hubToolNames.findTools,
    title: "Find tools",
    description: `Find tools by what they do. Search once for each step of a task, not once for the whole task. Answers with the best matches: name, first sentence and required parameters. Ask with schemaOf for the whole schema when that is not enough, and call a tool with ${hubToolNames.callTool}.`,
    inputSchema: {
      type: "object",
      properties: {
        query: {
          type: "string",
          minLength: 1,
          maxLength: longestQuery,
          description:
            'What the tool should do in one step, in plain words; name the product if you know it: "create an issue in Jira".',
        },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: findToolsLimit.maximum,
          default: findToolsLimit.default,
        },
        schemaOf: {
          type: "array",
          items: { type: "string" },
          maxItems: findToolsLimit.schemas,
          description:
            "Names of tools whose whole definition you need. With it, query is optional.",
        },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
  {
    name: hubToolNames.callTool,
    title: "Call a tool",
    description: `Call a tool that ${hubToolNames.findTools} found. The answer is the tool's own.`,
    inputSchema: {
      type: "object",
      properties: {
        name: { type: "string", description: `The name as ${hubToolNames.findTools} gave it.` },
        arguments: { type: "object", description: "What the tool's input schema asks for." },
      },
      required: ["name"],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
  },
];

/** Those that are listed beside the tools of servers. */
export const listedHubTools: readonly JsonObject[] = [
  ...hubTools,
  {
    name: hubToolNames.diagnose,
    title: "Diagnose a server",
    description:
      "Say why an MCP server does not work: what is wrong and what to do, its recent calls, what changed, and the last lines it printed. For whoever writes or runs the server.",
    inputSchema: {
      type: "object",
      properties: {
        server: { type: "string", description: "The id or name of a registered server." },
        endpoint: {
          type: "string",
          description: "In place of server: the URL of a server that is not registered.",
        },
      },
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, openWorldHint: false },
  },
];
