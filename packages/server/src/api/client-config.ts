import { HubError, isHidden, toolsetNotFound, transports } from "@hub/core";
import { accepts } from "hono/accepts";
import { z } from "zod";
import { directConfig, hubConfig } from "../client-config/client-config.js";
import { clients } from "../client-config/clients.js";
import { type ClientKind, type Format, formats } from "../client-config/connection.js";
import {
  checkServers,
  directConnections,
  hubConnection,
  namedConnection,
  stateKeepers,
  type Wanted,
} from "../client-config/selection.js";
import type { AppDeps, HubApp } from "./context.js";
import { document } from "./openapi.js";
import { readQuery } from "./query.js";

const params = z.object({ client: z.enum(clients.map(({ id }) => id)) });

const listOf = (what: string) =>
  z
    .array(z.string())
    .min(1, { error: `must name at least one; leave it out for all ${what}` })
    .transform((items) => [...new Set(items)].sort())
    .optional();

const query = z.strictObject({
  servers: listOf("servers").describe("Ids of servers, with commas. Default: the whole hub."),
  tags: listOf("tags").describe("Only servers with one of these tags."),
  toolset: z
    .string()
    .max(40)
    .optional()
    .describe("The id of a toolset, instead of servers and tags."),
  via: z
    .enum(["gateway", "direct"])
    .default("gateway")
    .describe(
      "`gateway`: one endpoint of the hub, which always works. `direct`: each server at its own endpoint.",
    ),
  mode: z
    .enum(["all", "search"])
    .default("all")
    .describe("`search`: the hub's search tools instead of all tools."),
  format: z
    .enum(["text", "json"])
    .optional()
    .describe(
      "`text`: only the file or the commands. `json`: also the steps, links and notes. Default: what Accept prefers, else text.",
    ),
});

const clientView = z
  .object({
    id: z.string(),
    title: z.string(),
    format: z.enum(formats),
    file: z.string().optional().describe("The file that the text belongs in. Absent for commands."),
  })
  .meta({ id: "Client" });

const configView = z
  .object({
    client: z.string(),
    title: z.string(),
    format: z.enum(formats),
    file: z.string().optional(),
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
  })
  .meta({ id: "ClientConfig" });

const types: Readonly<Record<Format, string>> = {
  json: "application/json",
  yaml: "application/yaml",
  toml: "application/toml",
  shell: "text/plain; charset=utf-8",
  typescript: "text/plain; charset=utf-8",
  python: "text/plain; charset=utf-8",
};

function clientNamed(id: string): ClientKind {
  const client = clients.find((one) => one.id === id);
  if (client !== undefined) return client;
  throw new HubError(
    "ROUTE_NOT_FOUND",
    `There is no configuration for ${JSON.stringify(id.slice(0, 50))}. There is one for ${clients.map((one) => one.id).join(", ")}.`,
  );
}

function refuse(pointer: string, detail: string): never {
  throw new HubError("INVALID_REQUEST", `${pointer.slice(1)} ${detail}.`, {
    problems: [{ pointer, detail }],
  });
}

/** What cannot be had together is refused, and not silently left out. */
function checkTogether({ servers, tags, toolset, via, mode }: z.output<typeof query>): void {
  if (toolset !== undefined && (servers !== undefined || tags !== undefined))
    refuse("/toolset", "cannot be combined with servers or tags; use one or the other");
  if (toolset !== undefined && via === "direct")
    refuse("/via", "must be gateway for a toolset: only the hub knows which tools it shows");
  if (toolset !== undefined && mode === "search")
    refuse("/mode", "must be left out for a toolset, whose own mode decides");
  if (mode === "search" && via === "direct")
    refuse("/mode", "must be all with via=direct: the search tools are the hub's own");
}

export function addClientConfigRoutes(app: HubApp, { registry, toolsets }: AppDeps): void {
  document(app, {
    method: "get",
    path: "/config",
    tag: "Connect",
    summary: "Clients and frameworks with ready configuration",
    responses: {
      200: {
        description: "In display order.",
        content: { "application/json": z.object({ clients: z.array(clientView) }) },
      },
    },
  });
  app.get("/config", (context) =>
    context.json({
      clients: clients.map(({ id, title, format, file }) => ({
        id,
        title,
        format,
        ...(file === undefined ? {} : { file }),
      })),
    }),
  );

  document(app, {
    method: "get",
    path: "/config/{client}",
    tag: "Connect",
    summary: "Ready configuration for a client or framework",
    description:
      "The file or the commands, ready to use. With `Accept: application/json`, the answer also says what to do with them. It holds no secrets. The configuration names the hub by the address this request was sent to. With `via=direct`, servers that do not answer now are left out, and a note or a comment names them.",
    params,
    query,
    responses: {
      200: {
        description: "The text has the media type of its file.",
        content: { "application/json": configView, "text/plain": z.string() },
      },
    },
    errors: ["INVALID_REQUEST", "ROUTE_NOT_FOUND", "SERVER_NOT_FOUND", "TOOLSET_NOT_FOUND"],
  });
  app.get("/config/:client", (context) => {
    const client = clientNamed(context.req.param("client"));
    const asked = readQuery(context, query, ["servers", "tags"]);
    checkTogether(asked);
    checkServers(asked.servers ?? [], registry);
    const toolset = asked.toolset === undefined ? undefined : toolsets.get(asked.toolset);
    if (asked.toolset !== undefined && toolset === undefined) throw toolsetNotFound(asked.toolset);
    const wanted: Wanted = {
      hubUrl: new URL(context.req.url).origin,
      servers: asked.servers,
      tags: asked.tags,
      hidden: (asked.servers ?? []).some((id) => {
        const entry = registry.get(id);
        return entry !== undefined && isHidden(entry.record);
      }),
      toolset,
      isSearch: asked.mode === "search",
    };
    const config =
      asked.via === "direct"
        ? directConfig(client, directConnections(wanted, registry))
        : hubConfig(
            client,
            hubConnection(wanted),
            () => namedConnection(wanted, registry),
            stateKeepers(wanted, registry),
          );
    const preferred = accepts(context, {
      header: "Accept",
      supports: ["text/plain", "application/json"],
      default: "text/plain",
    });
    const headers = { "cache-control": "no-cache", vary: "Accept" };
    const isJson =
      (asked.format ?? (preferred === "application/json" ? "json" : "text")) === "json";
    if (isJson) return context.json(config, 200, headers);
    return context.body(config.text, 200, { ...headers, "content-type": types[config.format] });
  });
}
