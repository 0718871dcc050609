import { codes, listChanged, type Params, resourceUpdated } from "@hub/mcp";
import {
  isLegacyRequest,
  type McpHttpHandler,
  type ServerNotifier,
} from "@modelcontextprotocol/server";
import { announceChange, type Backend } from "./backend.js";
import { LegacySessions } from "./legacy-sessions.js";
import { readJsonBody } from "./read-json-body.js";
import { servingWritten } from "./written-request.js";
import { withWrittenNumbers } from "./written-response.js";

export interface EndpointOptions {
  /** Refuses a request before anything of it is read; `undefined` lets it pass. */
  readonly guard?: ((request: Request) => Response | undefined) | undefined;
  /** Default 30 minutes, in milliseconds. */
  readonly sessionIdleMs?: number | undefined;
  /** Milliseconds that never jump. Default: those of this process. */
  readonly now?: (() => number) | undefined;
  /** Hears of requests that failed for no fault of the client's. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** An MCP endpoint over HTTP, for clients of both protocol eras. */
export interface Endpoint {
  /** `parsedBody`: the body, where a framework has read it already. */
  fetch(request: Request, parsedBody?: unknown): Promise<Response>;
  /** Tells every client, of either era, that something changed. */
  readonly notify: ServerNotifier;
  close(): Promise<void>;
}

/** What a request without a body says. */
const nothing = { plain: undefined, written: undefined };

export function createEndpoint(backend: Backend, options: EndpointOptions = {}): Endpoint {
  const sessions = new LegacySessions({
    attach: (session) => backend.attach(session),
    idleMs: options.sessionIdleMs ?? 30 * 60_000,
    maxSessions: 1_000,
    ...(options.now === undefined ? {} : { now: options.now }),
  });
  const createModernServer = async () => {
    try {
      return await backend.createModernServer();
    } catch (error) {
      options.onError?.(error);
      throw error;
    }
  };
  let modern: Promise<McpHttpHandler> | undefined;
  const handler = () => {
    modern ??= backend
      .sdk()
      .then(({ createMcpHandler }) => createMcpHandler(createModernServer, { legacy: "reject" }));
    return modern;
  };
  const { keepsWrittenNumbers } = backend;
  const { subscribers } = backend.reference;
  // Before there is a handler nobody listens to it.
  const stopAnnouncing = subscribers.watch(
    (notification) => void modern?.then(({ notify }) => announceChange(notification, notify)),
  );
  const stopBroadcasting = backend.announcesToSessions
    ? subscribers.watch((notification) => sessions.broadcast(notification))
    : () => {};

  async function answer(request: Request, given: unknown): Promise<Response> {
    const body =
      request.method === "POST" ? await readJsonBody(request, given, keepsWrittenNumbers) : nothing;
    if ("refusal" in body) return body.refusal;
    const { plain, written } = body;
    if (await isLegacyRequest(request, written)) return sessions.handle(request, written);
    followSubscriptions(backend, request, plain);
    const { fetch } = await handler();
    return servingWritten({ plain, written }, (parsedBody) => fetch(request, { parsedBody }));
  }

  const announce = (method: string, params?: Params) =>
    subscribers.hear({ jsonrpc: "2.0", method, ...(params && { params }) });

  return {
    notify: {
      toolsChanged: () => announce(listChanged("tools")),
      promptsChanged: () => announce(listChanged("prompts")),
      resourcesChanged: () => announce(listChanged("resources")),
      resourceUpdated: (uri) => announce(resourceUpdated, { uri }),
    },
    async fetch(request, parsedBody) {
      const refusal = options.guard?.(request);
      if (refusal !== undefined) return refusal;
      try {
        const response = await answer(request, parsedBody);
        return keepsWrittenNumbers ? withWrittenNumbers(response) : response;
      } catch (caught) {
        options.onError?.(caught);
        // Whatever broke, the text may hold what is no client's business.
        const error = { code: codes.internalError, message: "Internal error" };
        return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 500 });
      }
    },
    async close() {
      stopAnnouncing();
      stopBroadcasting();
      await Promise.all([sessions.close(), modern?.then((one) => one.close())]);
      await backend.close();
    },
  };
}

/** A modern client that listens for a resource needs the server to be asked for its updates. */
function followSubscriptions(backend: Backend, request: Request, body: unknown): void {
  const message = body as {
    method?: unknown;
    params?: { notifications?: { resourceSubscriptions?: unknown } };
  } | null; // looked at field by field
  if (message?.method !== "subscriptions/listen") return;
  const uris = message.params?.notifications?.resourceSubscriptions;
  if (!Array.isArray(uris)) return;
  const leave = backend.reference.subscribers.join({
    subscriptions: new Set(uris.map(String)),
    // It hears of them as a watcher.
    notify() {},
  });
  for (const uri of uris) void backend.reference.request("resources/subscribe", { uri });
  request.signal.addEventListener("abort", () => {
    leave();
    for (const uri of uris) {
      if (backend.reference.subscribers.subscribedUris().has(uri)) continue;
      void backend.reference.request("resources/unsubscribe", { uri });
    }
  });
}
