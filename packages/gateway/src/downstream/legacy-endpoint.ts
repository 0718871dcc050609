import { isJsonObject } from "@hub/core";
import type { View } from "../catalogue/view.js";
import type { HubTools } from "../hub-tools/hub-tools.js";
import type { GatewayContext } from "../relay/context.js";
import { askClient, relayLegacy } from "../relay/legacy-relay.js";
import { readElsewhere } from "../relay/read-elsewhere.js";
import { type Route, routeRequest } from "../routing.js";
import type { LegacyLink } from "../upstream/legacy-link.js";
import { applyLogLevel } from "../upstream/log-level.js";
import type { Watchers } from "../upstream/watchers.js";
import { legacyVersions, newestLegacyVersion } from "../wire/eras.js";
import type { StreamEvent } from "../wire/event-stream.js";
import {
  codes,
  errorText,
  type JsonRpcNotification,
  type JsonRpcRequest,
  type Message,
  parseMessage,
  resultText,
} from "../wire/json-rpc.js";
import type { ClientSession } from "./client-session.js";
import { followResource } from "./follow-resource.js";
import { capabilitiesOf, instructionsOf, serverInfoOf } from "./identity.js";
import type { Listeners } from "./listeners.js";
import { cursorProblem, type Exchange, listMethods } from "./modern-endpoint.js";
import { Reply } from "./reply.js";
import { resumeStream } from "./resume-stream.js";
import { Sessions } from "./sessions.js";

export type LegacyEndpointOptions = {
  readonly context: GatewayContext;
  readonly listeners: Listeners;
  readonly watchers: Watchers;
  readonly hubTools: HubTools;
  readonly version: string;
};

const called = new Set(["tools/call", "prompts/get", "resources/read", "completion/complete"]);
/** How long a client that sets a level waits for its servers. */
const mostLevelMs = 500;
const mostTasks = 1_000;
/** What a session remembers of its client for as long as it lives. */
const mostIdentityCharacters = 65_536;
const everyChange = new Set(["tools", "prompts", "resources"] as const);

/** Answers clients of the 2025 revisions: a session each, and a stream for what belongs to no call. */
export class LegacyEndpoint {
  readonly #options: LegacyEndpointOptions;
  readonly sessions: Sessions;
  readonly #stops = new Map<ClientSession, () => void>();

  constructor(options: LegacyEndpointOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.context, (session) => {
      this.#stops.get(session)?.();
      this.#stops.delete(session);
    });
  }

  handle(parsed: Message, exchange: Exchange): void {
    const reply = new Reply(exchange.response, exchange.always);
    if (parsed.kind === "request" && parsed.message.method === "initialize") {
      this.#initialize(parsed.message, exchange, reply);
      return;
    }
    const session = this.#admit(exchange, reply);
    if (session === undefined) return;
    if (parsed.kind === "request") {
      // As the SDKs' servers answer whom a stream suits.
      if (exchange.request.headers.accept?.includes("text/event-stream") === true)
        reply.preferStream();
      this.#request(session, parsed.message, reply);
      return;
    }
    if (parsed.kind === "notification") this.#notification(session, parsed.message);
    else session.questions.answer(parsed.message);
    reply.empty(202);
  }

  /** GET: a stream for what belongs to no call, or the rest of one that broke off. */
  openStream(exchange: Exchange): void {
    const { headers } = exchange.request;
    const reply = new Reply(exchange.response, exchange.always);
    // Without a session this may as well be a client of the modern revision, which knows no GET.
    if (headers["mcp-session-id"] === undefined) {
      reply.message(refusal("GET needs an Mcp-Session-Id"), 405, { allow: "POST" });
      return;
    }
    if (headers.accept?.includes("text/event-stream") !== true) {
      reply.message(refusal("GET must accept text/event-stream"), 406);
      return;
    }
    const session = this.#admit(exchange, reply);
    if (session === undefined) return;
    reply.openStream({ "mcp-session-id": session.id });
    session.addStream(reply);
    const lastEventId = headers["last-event-id"];
    if (typeof lastEventId === "string")
      resumeStream(this.#options.context, session, reply, lastEventId);
    this.#options.listeners.look();
  }

  endSession(exchange: Exchange): void {
    const reply = new Reply(exchange.response, exchange.always);
    if (exchange.request.headers["mcp-session-id"] === undefined) {
      reply.message(refusal("DELETE needs an Mcp-Session-Id"), 405, { allow: "POST" });
      return;
    }
    const session = this.#admit(exchange, reply);
    if (session === undefined) return;
    this.sessions.end(session);
    reply.empty(200);
  }

  #sessionOf({ request, selection }: Exchange): ClientSession | undefined {
    const id = request.headers["mcp-session-id"];
    const session = typeof id === "string" ? this.sessions.use(id) : undefined;
    // A session belongs to the endpoint it was opened at.
    return session?.selection.endpoint === selection.endpoint ? session : undefined;
  }

  #admit(exchange: Exchange, reply: Reply): ClientSession | undefined {
    const { headers } = exchange.request;
    const version = headers["mcp-protocol-version"];
    if (headers["mcp-session-id"] === undefined) {
      reply.message(refusal("Bad Request: Mcp-Session-Id header is required"), 400);
      return undefined;
    }
    const session = this.#sessionOf(exchange);
    if (session === undefined) {
      const error = { code: codes.sessionNotFound, message: "Session not found: initialize again" };
      reply.message(errorText(null, error), 404);
      return undefined;
    }
    if (typeof version === "string" && !legacyVersions.includes(version)) {
      reply.message(
        refusal(
          `Bad Request: Unsupported protocol version (supported: ${legacyVersions.join(", ")})`,
        ),
        400,
      );
      return undefined;
    }
    return session;
  }

  #initialize(message: JsonRpcRequest, exchange: Exchange, reply: Reply): void {
    const { context, listeners, version } = this.#options;
    const { protocolVersion, capabilities, clientInfo } = message.params ?? {};
    if (typeof protocolVersion !== "string" || !isJsonObject(capabilities)) {
      const text = "Expected params.protocolVersion and params.capabilities";
      reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
      return;
    }
    if (JSON.stringify([capabilities, clientInfo]).length > mostIdentityCharacters) {
      const text = `capabilities and clientInfo may have at most ${mostIdentityCharacters} characters`;
      reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
      return;
    }
    const agreed = legacyVersions.includes(protocolVersion) ? protocolVersion : newestLegacyVersion;
    const { selection, currentSelection, via } = exchange;
    const session = this.sessions.create({
      selection: currentSelection,
      via,
      identity: {
        protocolVersion: agreed,
        capabilities,
        clientInfo: clientInfo ?? { name: "unknown", version: "0" },
      },
      onOutside: (one, link, event) => this.#outside(one, link, event),
    });
    this.#stops.set(
      session,
      listeners.add(currentSelection, everyChange, (kind) =>
        session.tell({
          data: JSON.stringify({ jsonrpc: "2.0", method: `notifications/${kind}/list_changed` }),
        }),
      ),
    );
    const view = context.views.of(selection);
    const instructions = instructionsOf(view);
    reply.message(
      resultText(message.id, {
        protocolVersion: agreed,
        capabilities: capabilitiesOf(view, false),
        serverInfo: serverInfoOf(view, version),
        ...(instructions === undefined ? {} : { instructions }),
      }),
      200,
      { "mcp-session-id": session.id },
    );
  }

  #request(session: ClientSession, message: JsonRpcRequest, reply: Reply): void {
    const { method } = message;
    const view = this.#options.context.views.of(session.selection);
    const kind = listMethods.get(method);
    const result = (value: object) => reply.message(resultText(message.id, value));
    if (kind !== undefined) {
      const problem = cursorProblem(message);
      reply.message(
        problem === undefined
          ? `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":${view.listText(kind, false)}}`
          : errorText(message.id, problem),
      );
    } else if (called.has(method)) this.#call(session, view, message, reply);
    else if (method === "ping") result({});
    else if (method === "logging/setLevel") {
      void this.#setLevel(session, message).then(() => result({}));
    } else if (method === "resources/subscribe" || method === "resources/unsubscribe")
      followResource(this.#options, session, view, message, reply);
    else if (method.startsWith("tasks/")) this.#task(session, view, message, reply);
    else
      reply.message(
        errorText(message.id, {
          code: codes.methodNotFound,
          message: `Method not found: ${method.slice(0, 100)}`,
        }),
      );
  }

  #call(session: ClientSession, view: View, message: JsonRpcRequest, reply: Reply): void {
    if (message.method === "tools/call") {
      const own = this.#options.hubTools.handle(view, message, false);
      if (own?.text !== undefined) {
        reply.message(own.text);
        return;
      }
      if (own?.call !== undefined) {
        this.#route(session, view, own.call, reply);
        return;
      }
    }
    this.#route(session, view, message, reply);
  }

  #route(session: ClientSession, view: View, message: JsonRpcRequest, reply: Reply): void {
    const routing = routeRequest(view, message.method, message.params);
    if ("error" in routing) {
      reply.message(errorText(message.id, routing.error));
      return;
    }
    const { route } = routing;
    if (route.others === undefined || route.others.length === 0) {
      this.#send(session, view, message, route, reply);
      return;
    }
    void readElsewhere(this.#options.context, message, [route.entry, ...route.others]).then(
      (entry) => this.#send(session, view, message, { ...route, entry }, reply),
    );
  }

  #send(
    session: ClientSession,
    view: View,
    message: JsonRpcRequest,
    { entry, params, name, headers = [] }: Route,
    reply: Reply,
  ): void {
    const request = { ...message, ...(params === undefined ? {} : { params }) };
    const isTask = isJsonObject(message.params?.task);
    void relayLegacy(this.#options.context, {
      session,
      entry,
      request,
      name,
      headers,
      reply,
      rewrites: view.rewrites.get(entry.record.id),
      ...(isTask
        ? {
            onResponse: (text: string) => {
              this.#rememberTask(session, entry.record.id, text);
              reply.message(text);
            },
          }
        : {}),
    });
  }

  /** What is asked of a task goes to the server that runs it. */
  #task(session: ClientSession, view: View, message: JsonRpcRequest, reply: Reply): void {
    const { taskId } = message.params ?? {};
    const serverId = typeof taskId === "string" ? session.tasks.get(taskId) : undefined;
    const entry = view.servers.find(
      ({ record }) => record.id === (serverId ?? view.selection.alone),
    );
    if (entry === undefined) {
      const text = `Unknown task: ${JSON.stringify(taskId)?.slice(0, 100) ?? "nothing"}`;
      reply.message(errorText(message.id, { code: codes.invalidParams, message: text }));
      return;
    }
    this.#send(session, view, message, { entry, params: message.params }, reply);
  }

  #rememberTask(session: ClientSession, serverId: string, text: string): void {
    const parsed = parseMessage(text);
    const task = parsed?.kind === "response" ? parsed.message.result?.task : undefined;
    if (!isJsonObject(task) || typeof task.taskId !== "string") return;
    session.tasks.set(task.taskId, serverId);
    const [oldest] = session.tasks.keys();
    if (session.tasks.size > mostTasks && oldest !== undefined) session.tasks.delete(oldest);
  }

  /** Waits until the servers know it, so that the next call obeys it, but not for one that hangs. */
  async #setLevel(session: ClientSession, { params }: JsonRpcRequest): Promise<void> {
    const level = params?.level;
    if (typeof level !== "string") return;
    session.logLevel = level;
    const links = [...session.links.values()];
    await Promise.all(links.map((link) => applyLogLevel(link, level, mostLevelMs)));
  }

  #notification(session: ClientSession, { method, params }: JsonRpcNotification): void {
    if (method === "notifications/cancelled") {
      const { requestId } = params ?? {};
      if (typeof requestId === "string" || typeof requestId === "number")
        session.calls.get(requestId)?.();
    } else if (method === "notifications/roots/list_changed") {
      for (const link of session.links.values()) link.post({ jsonrpc: "2.0", method });
    } else if (method === "notifications/progress") {
      const asked = tokenOf(session, params?.progressToken);
      asked?.link.post({
        jsonrpc: "2.0",
        method,
        params: { ...params, progressToken: asked.token },
      });
    }
  }

  /** What a server sends outside of calls, on its own stream. */
  #outside(session: ClientSession, link: LegacyLink, event: StreamEvent): void {
    const parsed = event.data === undefined ? undefined : parseMessage(event.data);
    if (parsed?.kind === "request") {
      askClient(session, link, undefined, parsed.message, {}, () => undefined);
      return;
    }
    if (parsed === undefined) return;
    const method = parsed.kind === "notification" ? parsed.message.method : "";
    if (method.endsWith("/list_changed"))
      void this.#options.context.refresh(link.instance.serverId);
    // Updates come by the hub's own connection, once for all.
    else if (method !== "notifications/resources/updated" && event.data !== undefined)
      session.tell({ data: event.data });
  }
}

/** What a client reports on, under the hub's own token. */
function tokenOf(session: ClientSession, token: unknown) {
  return typeof token === "string" ? session.askedProgress.get(token) : undefined;
}

function refusal(message: string): string {
  return errorText(null, { code: codes.badRequest, message });
}
