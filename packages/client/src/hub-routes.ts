import type {
  AdmissionRulesView,
  AuditList,
  CallList,
  CapabilityChangeList,
  ClientConfig,
  ClientId,
  ClientList,
  CredentialInput,
  CredentialList,
  Diagnosis,
  EventList,
  Health,
  HubHistory,
  HubList,
  HubVersion,
  LogLevelView,
  MadeTokenView,
  Pulse,
  Readiness,
  ServerDetail,
  ServerHistory,
  ServerList,
  ServerPrompts,
  ServerResources,
  ServerTools,
  SessionView,
  SettingList,
  TokenInput,
  TokenList,
  ToolList,
  ToolsetList,
  ToolsetPreview,
  ToolsetView,
  Traffic,
  Uptime,
} from "@hub/api";
import type { EditInput, ToolsetInput } from "@hub/core";
import { pathTo } from "./hub-requests.js";
import { LeaseClient, proofIn } from "./lease-client.js";
import type {
  AuditQuery,
  BundleQuery,
  CallsQuery,
  ConfigQuery,
  EndpointToDiagnose,
  EventsQuery,
  HealthQuery,
  HistoryQuery,
  PageQuery,
  PreviewQuery,
  PulseQuery,
  ServersQuery,
  ServerToDiagnose,
  ToolsQuery,
  TrafficQuery,
} from "./queries.js";
import type { Shape } from "./shape.js";
import { shapes } from "./shapes.js";

/** A toolset and the ETag of this state of it, for a change that must not overwrite another. */
export type SavedToolset = ToolsetView & { readonly etag: string };

/** What the hub asks servers for takes as long as they do. In milliseconds. */
const askingServersMs = 60_000;

/** Every route of the hub's REST API, one method each. */
export class HubRoutes extends LeaseClient {
  /** One page of servers; without a query, all of them, or as many as fit into one answer. */
  async servers(query: ServersQuery = {}, signal?: AbortSignal): Promise<ServerList> {
    return this.#get("/servers", shapes.servers, query, signal);
  }

  /**
   * Says of a server what an operator knows better: what is left out stays as it was, null takes it back.
   * `etag` is that of the answer it was decided on; when somebody changed the server meanwhile, it rejects
   * with `PRECONDITION_FAILED`. Default: whatever the server is by now.
   */
  async edit(
    id: string,
    change: EditInput,
    etag?: string,
    signal?: AbortSignal,
  ): Promise<ServerDetail> {
    const { answer } = await this.requests.ask<ServerDetail>(
      {
        method: "PATCH",
        path: pathTo("servers", id),
        body: change,
        headers: ifMatch(etag),
        signal,
      },
      shapes.server,
    );
    return answer;
  }

  /**
   * Removes a server and its history. One that is alive needs proof that it is ours: the lease id it
   * got when it registered first, or its service key. Rejects with `NOT_OWNER` without.
   */
  async remove(id: string, proof?: string, signal?: AbortSignal): Promise<void> {
    const path = pathTo("servers", id);
    await this.requests.tell({ method: "DELETE", path, headers: proofIn(proof), signal });
  }

  /**
   * Removes any server and its history without proof, as an operator. When the server still runs, its
   * helper registers it again.
   */
  async removeByForce(id: string, signal?: AbortSignal): Promise<void> {
    const path = pathTo("servers", id);
    await this.requests.tell({ method: "DELETE", path, query: { force: true }, signal });
  }

  /**
   * Lets a server in that waits or was refused. `etag`: as for `edit`, so that what is let in is what was
   * looked at.
   */
  async admit(id: string, etag?: string, signal?: AbortSignal): Promise<ServerDetail> {
    const path = pathTo("servers", id, "admit");
    return this.#judge({ path, headers: ifMatch(etag), signal });
  }

  /**
   * Refuses a server: its instances go, and nobody registers under its name until it is let in again. `etag`: as
   * for `edit`.
   */
  async refuse(
    id: string,
    reason?: string,
    etag?: string,
    signal?: AbortSignal,
  ): Promise<ServerDetail> {
    const path = pathTo("servers", id, "refuse");
    return this.#judge({ path, body: { reason }, headers: ifMatch(etag), signal });
  }

  /** What lets servers in without an admin. */
  async admissionRules(signal?: AbortSignal): Promise<AdmissionRulesView> {
    return this.#get("/admission/rules", shapes.admissionRules, {}, signal);
  }

  /** Has the hub probe all instances of a server now, and gives the server after that. */
  async probe(id: string, signal?: AbortSignal): Promise<ServerDetail> {
    const path = pathTo("servers", id, "probe");
    const { answer } = await this.requests.ask<ServerDetail>(
      { method: "POST", path, timeoutMs: askingServersMs, signal },
      shapes.server,
    );
    return answer;
  }

  /** What the hub proves itself with to a server, without a value. For admins, as the next three. */
  async credentials(id: string, signal?: AbortSignal): Promise<CredentialList> {
    return this.#get(pathTo("servers", id, "credentials"), shapes.credentials, {}, signal);
  }

  /**
   * Gives the hub a header or an OAuth client for a server, in the place of what it had in the same header. The hub
   * probes the server at once, and sends it to no other origin.
   */
  async setCredential(
    id: string,
    credential: CredentialInput,
    signal?: AbortSignal,
  ): Promise<CredentialList> {
    const path = pathTo("servers", id, "credentials");
    return this.#credentials({ method: "PUT", path, body: credential, signal });
  }

  /** Makes the hub forget the credential in one header of a server's, or all of them. */
  async removeCredentials(
    id: string,
    name?: string,
    signal?: AbortSignal,
  ): Promise<CredentialList> {
    const path = pathTo("servers", id, "credentials");
    return this.#credentials({ method: "DELETE", path, query: { name }, signal });
  }

  /** Lets the hub send the credentials of a server that has moved to these origins, where it is now. */
  async confirmCredentials(
    id: string,
    origins: readonly string[],
    signal?: AbortSignal,
  ): Promise<CredentialList> {
    const path = pathTo("servers", id, "credentials", "confirm");
    return this.#credentials({ method: "PUT", path, body: { origins }, signal });
  }

  /** The tools of one server, from the last snapshot. */
  async serverTools(id: string, query: PageQuery = {}, signal?: AbortSignal): Promise<ServerTools> {
    return this.#get(pathTo("servers", id, "tools"), shapes.serverTools, query, signal);
  }

  /** The resources and resource templates of one server, from the last snapshot. */
  async serverResources(
    id: string,
    query: PageQuery = {},
    signal?: AbortSignal,
  ): Promise<ServerResources> {
    return this.#get(pathTo("servers", id, "resources"), shapes.serverResources, query, signal);
  }

  /** The prompts of one server, from the last snapshot. */
  async serverPrompts(
    id: string,
    query: PageQuery = {},
    signal?: AbortSignal,
  ): Promise<ServerPrompts> {
    return this.#get(pathTo("servers", id, "prompts"), shapes.serverPrompts, query, signal);
  }

  /** How the offers of one server changed, newest first; 50 changes a page, at most 200. */
  async serverChanges(
    id: string,
    query: PageQuery = {},
    signal?: AbortSignal,
  ): Promise<CapabilityChangeList> {
    return this.#get(pathTo("servers", id, "changes"), shapes.serverChanges, query, signal);
  }

  /** One page of the tools of all servers, the best first. */
  async tools(query: ToolsQuery = {}, signal?: AbortSignal): Promise<ToolList> {
    return this.#get("/tools", shapes.tools, query, signal);
  }

  /** When each server was last seen, and how quickly it answers. */
  async pulse(query: PulseQuery = {}, signal?: AbortSignal): Promise<Pulse> {
    return this.#get("/pulse", shapes.pulse, query, signal);
  }

  /** The hubs that share the catalogue, as the one sees them that answers. */
  async hubs(signal?: AbortSignal): Promise<HubList> {
    return this.#get("/hubs", shapes.hubs, {}, signal);
  }

  /** Calls by server and tool since the hub started. */
  async traffic(query: TrafficQuery = {}, signal?: AbortSignal): Promise<Traffic> {
    return this.#get("/traffic", shapes.traffic, query, signal);
  }

  /** Calls over time, of all servers together, and a sum for each. */
  async history(query: HistoryQuery = {}, signal?: AbortSignal): Promise<HubHistory> {
    return this.#get("/history", shapes.history, query, signal);
  }

  /** Calls to one server over time, and a sum for each tool. */
  async serverHistory(
    id: string,
    query: HistoryQuery = {},
    signal?: AbortSignal,
  ): Promise<ServerHistory> {
    return this.#get(pathTo("servers", id, "history"), shapes.serverHistory, query, signal);
  }

  /** What a server was, and when. */
  async uptime(id: string, query: HistoryQuery = {}, signal?: AbortSignal): Promise<Uptime> {
    return this.#get(pathTo("servers", id, "uptime"), shapes.uptime, query, signal);
  }

  /** The last calls through the gateway, newest first. */
  async calls(query: CallsQuery = {}, signal?: AbortSignal): Promise<CallList> {
    return this.#get("/calls", shapes.calls, query, signal);
  }

  /** All saved selections. */
  async toolsets(signal?: AbortSignal): Promise<ToolsetList> {
    return this.#get("/toolsets", shapes.toolsets, {}, signal);
  }

  /** One saved selection. */
  async toolset(id: string, signal?: AbortSignal): Promise<SavedToolset> {
    return this.#toolset("GET", pathTo("toolsets", id), { signal });
  }

  /** Saves a new selection; it gets an MCP endpoint of its own, `url`. */
  async createToolset(definition: ToolsetInput, signal?: AbortSignal): Promise<SavedToolset> {
    return this.#toolset("POST", "/toolsets", { body: definition, signal });
  }

  /** What the endpoint of a toolset would show now, without saving it. It may lack a name. */
  async previewToolset(
    definition: Partial<ToolsetInput>,
    query: PreviewQuery = {},
    signal?: AbortSignal,
  ): Promise<ToolsetPreview> {
    const { answer } = await this.requests.ask<ToolsetPreview>(
      { method: "POST", path: "/toolsets/preview", query, body: definition, signal },
      shapes.preview,
    );
    return answer;
  }

  /**
   * Replaces the whole definition of a toolset; an answer of the hub may be edited and sent back. `etag`:
   * as for `edit`.
   */
  async replaceToolset(
    id: string,
    definition: ToolsetInput,
    etag?: string,
    signal?: AbortSignal,
  ): Promise<SavedToolset> {
    const { etag: _, ...body } = { etag: undefined, ...definition };
    const headers = ifMatch(etag);
    return this.#toolset("PUT", pathTo("toolsets", id), { body, headers, signal });
  }

  /** Deletes a toolset and its endpoint. `etag`: as for `edit`. */
  async deleteToolset(id: string, etag?: string, signal?: AbortSignal): Promise<void> {
    const path = pathTo("toolsets", id);
    await this.requests.tell({ method: "DELETE", path, headers: ifMatch(etag), signal });
  }

  /** The clients and frameworks that there is ready configuration for. */
  async clients(signal?: AbortSignal): Promise<ClientList> {
    return this.#get("/config", shapes.clients, {}, signal);
  }

  /** Ready configuration for one of `clients()`, as text, with what to do with it. */
  async config(
    client: ClientId,
    query: ConfigQuery = {},
    signal?: AbortSignal,
  ): Promise<ClientConfig> {
    return this.#get(pathTo("config", client), shapes.config, { ...query, format: "json" }, signal);
  }

  /** A bundle (`.mcpb`) that installs the hub into Claude Desktop. */
  async claudeDesktopBundle(query: BundleQuery = {}, signal?: AbortSignal): Promise<Uint8Array> {
    const path = "/config/claude-desktop.mcpb";
    return this.requests.download({ method: "GET", path, query, signal }, "application/zip");
  }

  /** The client for Python, one file, as it fits this hub. */
  async pythonClient(signal?: AbortSignal): Promise<string> {
    const path = "/clients/mcp_hub.py";
    const file = await this.requests.download({ method: "GET", path, signal }, "text/x-python");
    return new TextDecoder().decode(file);
  }

  /** One page of the journal, newest first. `watch` follows what comes. */
  async events(query: EventsQuery = {}, signal?: AbortSignal): Promise<EventList> {
    return this.#get("/events", shapes.events, query, signal);
  }

  /** Asks the hub why a server or an endpoint does not work. It answers within about 3 seconds. */
  async diagnose(
    asked: EndpointToDiagnose | ServerToDiagnose,
    signal?: AbortSignal,
  ): Promise<Diagnosis> {
    const { answer } = await this.requests.ask<Diagnosis>(
      {
        method: "POST",
        path: "/diagnose",
        body: asked,
        timeoutMs: askingServersMs,
        signal,
      },
      shapes.diagnosis,
    );
    return answer;
  }

  /** Every token of the hub, without its secret. */
  async tokens(signal?: AbortSignal): Promise<TokenList> {
    return this.#get("/tokens", shapes.tokens, {}, signal);
  }

  /** Makes a token. Only this answer ever has what its holder sends, `token`. */
  async createToken(token: TokenInput, signal?: AbortSignal): Promise<MadeTokenView> {
    const { answer } = await this.requests.ask<MadeTokenView>(
      { method: "POST", path: "/tokens", body: token, signal },
      shapes.madeToken,
    );
    return answer;
  }

  /** Revokes a token at once, and ends what its holder has open. */
  async revokeToken(id: string, signal?: AbortSignal): Promise<void> {
    await this.requests.tell({ method: "DELETE", path: pathTo("tokens", id), signal });
  }

  /** Every setting of the hub as it is in force, without secrets. For admins, as the next one. */
  async settings(signal?: AbortSignal): Promise<SettingList> {
    return this.#get("/settings", shapes.settings, {}, signal);
  }

  /** Changes what the log of this hub has until it is restarted; resolves with what is in force. For admins. */
  async setLogLevel(level: LogLevelView["level"], signal?: AbortSignal): Promise<LogLevelView> {
    const body = { level };
    const { answer } = await this.requests.ask<LogLevelView>(
      { method: "PUT", path: "/settings/log-level", body, signal },
      shapes.logLevel,
    );
    return answer;
  }

  /** One page of the audit, newest first: who did what, and what came of it. */
  async audit(query: AuditQuery = {}, signal?: AbortSignal): Promise<AuditList> {
    return this.#get("/audit", shapes.audit, query, signal);
  }

  /** Whether somebody is signed in at this browser, and how people sign in. */
  async session(signal?: AbortSignal): Promise<SessionView> {
    return this.#get("/session", shapes.session, {}, signal);
  }

  /** Signs in at this browser with a token of the hub or of its issuer. */
  async signIn(token: string, signal?: AbortSignal): Promise<SessionView> {
    const { answer } = await this.requests.ask<SessionView>(
      { method: "POST", path: "/session", body: { token }, signal },
      shapes.session,
    );
    return answer;
  }

  /** Signs out whoever is signed in at this browser. */
  async signOut(signal?: AbortSignal): Promise<void> {
    await this.requests.tell({ method: "DELETE", path: "/session", signal });
  }

  /** Whether the hub's process runs. */
  async health(query: HealthQuery = {}, signal?: AbortSignal): Promise<Health> {
    return this.#get("/healthz", shapes.health, query, signal);
  }

  /** Whether the hub can do its work; rejects with 503 when it cannot. */
  async readiness(signal?: AbortSignal): Promise<Readiness> {
    return this.#get("/readyz", shapes.readiness, {}, signal);
  }

  /** Figures of the hub in the text format of Prometheus. */
  async metrics(signal?: AbortSignal): Promise<string> {
    const ask = { method: "GET", path: "/metrics", signal } as const;
    return new TextDecoder().decode(await this.requests.download(ask, "text/plain"));
  }

  /** Which hub this is. */
  async version(signal?: AbortSignal): Promise<HubVersion> {
    return this.#get("/version", shapes.version, {}, signal);
  }

  async #judge(call: {
    readonly path: string;
    readonly body?: unknown;
    readonly headers: Record<string, string>;
    readonly signal: AbortSignal | undefined;
  }): Promise<ServerDetail> {
    const { answer } = await this.requests.ask<ServerDetail>(
      { method: "POST", ...call },
      shapes.server,
    );
    return answer;
  }

  async #get<Answer extends object>(
    path: string,
    shape: Shape<NoInfer<Answer>>,
    query: object,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const call = { method: "GET", path, query, signal } as const;
    const { answer } = await this.requests.ask<Answer>(call, shape);
    return answer;
  }

  async #credentials(call: {
    readonly method: "PUT" | "DELETE";
    readonly path: string;
    readonly query?: object;
    readonly body?: unknown;
    readonly signal: AbortSignal | undefined;
  }): Promise<CredentialList> {
    const { answer } = await this.requests.ask<CredentialList>(call, shapes.credentials);
    return answer;
  }

  async #toolset(
    method: "GET" | "POST" | "PUT",
    path: string,
    more: {
      readonly body?: unknown;
      readonly headers?: Record<string, string>;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<SavedToolset> {
    const { answer, etag = "*" } = await this.requests.ask<ToolsetView>(
      { method, path, ...more },
      shapes.toolset,
    );
    return { ...answer, etag };
  }
}

function ifMatch(etag: string | undefined): Record<string, string> {
  return etag === undefined ? {} : { "if-match": etag };
}
