import type { HubClient, ServerDetail } from "@hub/client";
import { definitionOf } from "../command-line/toolset-text.js";
import type { CatalogueFile, CatalogueServer } from "./catalogue-file.js";

/** What a server says of itself where an operator says something else. */
const editable = ["title", "description", "tags", "owner"] as const;

function ownProfile({ edits, registered, ...server }: ServerDetail): Record<string, unknown> {
  const entries = editable.flatMap((field) => {
    const isEdited = edits !== undefined && Object.hasOwn(edits, field);
    const value = isEdited ? registered?.[field] : server[field];
    return value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(entries);
}

function serverOf(server: ServerDetail): CatalogueServer {
  const { name, transport, version, repository, websiteUrl, icons, metadata, edits } = server;
  const [first, ...others] = server.instances;
  const rest = { version, repository, websiteUrl, icons, metadata };
  return {
    registration: {
      name,
      transport: first?.transport ?? transport,
      endpoint: first?.registeredEndpoint ?? server.endpoint,
      ...ownProfile(server),
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      ...(first === undefined || first.candidates.length === 0
        ? {}
        : { candidates: first.candidates }),
    },
    ...(edits === undefined ? {} : { edits }),
    ...(others.length === 0
      ? {}
      : { furtherInstances: others.map(({ registeredEndpoint }) => registeredEndpoint) }),
  };
}

/** At most so many servers are asked for at a time. */
const atATime = 8;

/** Reads all that the REST API gives of servers and toolsets. Those that were removed meanwhile are left out. */
export async function exportCatalogue(
  hub: HubClient,
  now: Date,
  signal: AbortSignal,
): Promise<CatalogueFile> {
  const ids = (await hub.everyServer({ hidden: true }, signal)).map(({ id }) => id);
  const servers: ServerDetail[] = [];
  for (let at = 0; at < ids.length; at += atATime) {
    const group = ids.slice(at, at + atATime).map((id) => hub.server(id, signal));
    for (const one of await Promise.allSettled(group)) {
      if (one.status === "fulfilled") servers.push(one.value);
      else if (!isGone(one.reason)) throw one.reason;
    }
  }
  const { toolsets } = await hub.toolsets(signal);
  return {
    format: "mcp-hub-catalogue",
    version: 1,
    exportedAt: now.toISOString(),
    hub: hub.url,
    servers: servers.map(serverOf),
    toolsets: toolsets.map(definitionOf).map((one) => ({ ...one, id: one.id ?? "" })),
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SERVER_NOT_FOUND";
}
