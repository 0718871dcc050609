import { transports } from "@hub/core";
import { z } from "zod";
import { type ClientFormat, type ClientId, clientFormats, clientIds } from "./config/ids.js";
import { defineRoute, type Unchanging } from "./route.js";

const clientSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    format: z.enum(clientFormats),
    file: z.string().optional().describe("The file that the text belongs in. Absent for commands."),
  })
  .meta({ id: "Client" });

const clientListSchema = z.object({ clients: z.array(clientSchema) });

const clientConfigSchema = z
  .object({
    client: z.string(),
    ...clientSchema.omit({ id: true }).shape,
    text: z.string().describe("The whole file, or all commands."),
    steps: z
      .array(z.string())
      .describe("What to do with the text. Commands and names are in backticks."),
    installLinks: z
      .array(z.object({ label: z.string(), href: z.string() }))
      .describe("Links that open the client, which then asks for confirmation."),
    notes: z.array(z.string()),
    endpoints: z
      .array(z.object({ key: z.string(), url: z.string(), transport: z.enum(transports) }))
      .describe("The MCP endpoints in the text, for any other client."),
    data: z
      .unknown()
      .optional()
      .describe(
        "What a constructor of the framework takes, where it takes data. `@hub/client` gives the same.",
      ),
  })
  .meta({ id: "ClientConfig" });

/** With `format=text`, the text of a client whose file is JSON. The other answer is the one with `client`. */
const clientFileSchema = z
  .record(z.string(), z.unknown())
  .refine((file) => !Object.hasOwn(file, "client"))
  .describe("With `format=text`: the client's own file, if that is JSON.");

const listOf = (what: string) =>
  z
    .array(z.string())
    .min(1, { error: `must name at least one; leave it out for all ${what}` })
    .transform((items) => [...new Set(items)].sort())
    .optional();

export const listClients = defineRoute({
  method: "get",
  path: "/config",
  tag: "Connect",
  access: "read",
  summary: "Clients and frameworks with ready configuration",
  answers: {
    200: {
      description: "In display order.",
      content: { "application/json": clientListSchema },
    },
  },
});

const selectionQuery = {
  servers: listOf("servers").describe("Ids of servers, with commas. Default: the whole hub."),
  tags: listOf("tags").describe("Only servers with one of these tags."),
  toolset: z
    .string()
    .max(40)
    .optional()
    .describe("The id of a toolset, instead of servers and tags."),
};

/** Stands before the route with a parameter, which would take it for a client. */
export const getClaudeDesktopBundle = defineRoute({
  method: "get",
  path: "/config/claude-desktop.mcpb",
  tag: "Connect",
  access: "read",
  summary: "A bundle that installs the hub into Claude Desktop",
  description:
    "An MCP bundle (`.mcpb`): open it, and Claude Desktop asks for the address of the hub, which is filled in with the one this request was sent to, and for a token. It holds the hub's own bridge and no secrets, and needs nothing else on the machine.",
  query: z.strictObject({
    ...selectionQuery,
    mode: z
      .enum(["all", "search"])
      .optional()
      .describe("`search`: the hub's search tools instead of all tools. Default: all."),
  }),
  repeatable: ["servers", "tags"],
  answers: {
    200: {
      description: "A zip archive with `manifest.json` and the bridge.",
      content: { "application/zip": z.string().meta({ format: "binary" }) },
    },
  },
  errors: ["INVALID_REQUEST", "SERVER_NOT_FOUND", "TOOLSET_NOT_FOUND"],
});

export const getClientConfig = defineRoute({
  method: "get",
  path: "/config/{client}",
  tag: "Connect",
  access: "read",
  summary: "Ready configuration for a client or framework",
  description:
    "The file or the commands, ready to use. With `Accept: application/json`, the answer also says what to do with them. It holds no secrets. The configuration names the hub by the address this request was sent to. With `via=direct`, servers that do not answer now are left out, and a note or a comment names them.",
  params: z.object({ client: z.enum(clientIds) }),
  query: z.strictObject({
    ...selectionQuery,
    via: z
      .enum(["gateway", "direct"])
      .default("gateway")
      .describe(
        "`gateway`: one endpoint of the hub, which always works. `direct`: each server at its own endpoint.",
      ),
    mode: z
      .enum(["auto", "all", "search"])
      .default("auto")
      .describe(
        "`search`: the hub's search tools instead of all tools. `auto`: `search` where there are more than 40 tools and the client has a model read the whole list; a client that searches by itself is given all.",
      ),
    format: z
      .enum(["text", "json"])
      .optional()
      .describe(
        "`text`: only the file or the commands. `json`: also the steps, links and notes. Default: what Accept prefers, else text.",
      ),
  }),
  repeatable: ["servers", "tags"],
  answers: {
    200: {
      description: "The text has the media type of its file.",
      content: {
        "application/json": z.union([clientConfigSchema, clientFileSchema]),
        "text/plain": z.string(),
      },
    },
  },
  errors: ["INVALID_REQUEST", "ROUTE_NOT_FOUND", "SERVER_NOT_FOUND", "TOOLSET_NOT_FOUND"],
});

export { type ClientFormat, type ClientId, clientFormats, clientIds };
export type ListedClient = z.output<typeof clientSchema>;
export type ClientList = z.output<typeof clientListSchema>;
export type ClientConfig = Unchanging<z.output<typeof clientConfigSchema>>;
