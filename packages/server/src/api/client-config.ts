import {
  type ClientConfig,
  type ClientFormat,
  getClientConfig,
  listClients,
  type QueryOf,
} from "@hub/api";
import {
  type ClientKind,
  clients,
  directConfig,
  hubConfig,
  hubTokenVariable,
} from "@hub/api/config";
import { HubError, toolsetNotFound } from "@hub/core";
import type { ServersInSight } from "@hub/core/access";
import { isHidden } from "@hub/core/shown";
import { accepts } from "hono/accepts";
import {
  checkServers,
  directConnections,
  hubShows,
  stateKeepers,
  type Wanted,
  withoutTags,
} from "../client-config/selection.js";
import { type HubApp, publicUrlOf } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

const types: Readonly<Record<ClientFormat, string>> = {
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
function checkTogether({
  servers,
  tags,
  toolset,
  via,
  mode,
}: Partial<QueryOf<typeof getClientConfig>>): void {
  if (toolset !== undefined && (servers !== undefined || tags !== undefined))
    refuse("/toolset", "cannot be combined with servers or tags; use one or the other");
  if (toolset !== undefined && via === "direct")
    refuse("/via", "must be gateway for a toolset: only the hub knows which tools it shows");
  if (toolset !== undefined && mode === "search")
    refuse("/mode", "must be left out for a toolset, whose own mode decides");
  if (mode === "search" && via === "direct")
    refuse("/mode", "must be all with via=direct: the search tools are the hub's own");
}

type Asked = Pick<QueryOf<typeof getClientConfig>, "servers" | "tags" | "toolset" | "mode">;

/** What a request asks for. Throws for what cannot be had together, and for what there is not. */
export function wantedBy(
  asked: Asked,
  hubUrl: string,
  { admitted, toolsets }: Pick<AppDeps, "toolsets"> & { readonly admitted: ServersInSight },
): Wanted {
  checkTogether(asked);
  checkServers(asked.servers ?? [], admitted);
  const toolset = asked.toolset === undefined ? undefined : toolsets.get(asked.toolset);
  if (asked.toolset !== undefined && toolset === undefined) throw toolsetNotFound(asked.toolset);
  const hidden = (asked.servers ?? []).some((id) => {
    const entry = admitted.get(id);
    return entry !== undefined && isHidden(entry.record);
  });
  const { servers, tags, mode } = asked;
  return { hubUrl, servers, tags, hidden, toolset, mode };
}

function throughHub(client: ClientKind, wanted: Wanted, admitted: ServersInSight): ClientConfig {
  const { connection, tooMany } = hubShows(client, wanted, admitted);
  const named = () => hubShows(client, withoutTags(wanted, admitted), admitted).connection;
  return hubConfig(client, connection, named, { keepers: stateKeepers(wanted, admitted), tooMany });
}

export function addClientConfigRoutes(app: HubApp, { sights, toolsets, gate }: AppDeps): void {
  serve(app, listClients, (call) =>
    call.json(200, {
      clients: clients.map(({ id, title, format, file }) => ({
        id,
        title,
        format,
        ...(file === undefined ? {} : { file }),
      })),
    }),
  );

  serve(app, getClientConfig, (call) => {
    const { context } = call;
    const client = clientNamed(call.params.client);
    const { admitted } = sights.of(call.principal);
    const asked = call.query;
    const wanted = {
      ...wantedBy(asked, publicUrlOf(context), { admitted, toolsets }),
      ...(gate.isOpen ? {} : { tokenVariable: hubTokenVariable }),
    };
    const config =
      asked.via === "direct"
        ? directConfig(client, directConnections(wanted, admitted))
        : throughHub(client, wanted, admitted);
    const preferred = accepts(context, {
      header: "Accept",
      supports: ["text/plain", "application/json"],
      default: "text/plain",
    });
    const headers = { "cache-control": "no-cache", vary: "Accept" };
    const isJson =
      (asked.format ?? (preferred === "application/json" ? "json" : "text")) === "json";
    if (isJson) return call.json(200, config, headers);
    return context.body(config.text, 200, { ...headers, "content-type": types[config.format] });
  });
}
