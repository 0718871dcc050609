import type { IncomingMessage, ServerResponse } from "node:http";
import {
  BudgetBook,
  type Entry,
  type JournalEvent,
  type Toolset,
  type UpstreamDialer,
} from "@hub/core";
import { codes, errorText, type JsonRpcId } from "@hub/mcp";
import { previewOf, type ToolsetPreview } from "./catalogue/preview.js";
import { revisionIn, type Selection } from "./catalogue/selection.js";
import { type Selected, Selections } from "./catalogue/selections.js";
import { type CatalogueSource, Views } from "./catalogue/views.js";
import { Changes } from "./changes.js";
import { noBatch } from "./downstream/batch.js";
import type { Exchange } from "./downstream/exchange.js";
import { LegacyEndpoint } from "./downstream/legacy-endpoint.js";
import { eraOfMessage } from "./downstream/message-era.js";
import { ModernEndpoint } from "./downstream/modern-endpoint.js";
import { OneServerEndpoint } from "./downstream/one-server-endpoint.js";
import { OpenStreams } from "./downstream/open-streams.js";
import { receiveMessage } from "./downstream/receive-message.js";
import { hubSessionOf, type SessionKeeping } from "./downstream/sessions.js";
import { SseEndpoint, streamIn } from "./downstream/sse-endpoint.js";
import { failureError } from "./errors.js";
import { Faults, type OnFault } from "./faults.js";
import { HubTools } from "./hub-tools/hub-tools.js";
import { defaultLimits, type GatewayLimits } from "./limits.js";
import { type GatewayLog, silentLog } from "./log.js";
import { faultOf, type GatewayContext } from "./relay/context.js";
import { HeldCalls } from "./relay/held-calls.js";
import { sendText } from "./relay/send-text.js";
import type { SearchTools } from "./search/catalogue-search.js";
import type { Target } from "./target.js";
import { Traffic } from "./traffic.js";
import { containedDialer, type OnTrouble } from "./upstream/contained-dialer.js";
import { hubIdentity } from "./upstream/initialize.js";
import { Instances } from "./upstream/instances.js";
import { unpackingDialer } from "./upstream/unpacking-dialer.js";
import { type MessageLimits, messageLimits } from "./wire/message-limits.js";
import type { Received } from "./wire/read-message.js";

/** The catalogue the gateway reads. Core's `Registry` is one. */
export interface GatewayCatalogue extends CatalogueSource {
  /** Calls `listener` with every event. Returns how to stop. */
  subscribe(listener: (event: JournalEvent) => void): () => void;
}

/** Where saved selections come from. Core's `Toolsets` is one. */
export interface ToolsetSource {
  get(id: string): Toolset | undefined;
  subscribe(listener: () => void): () => void;
}

export type GatewayOptions = {
  readonly catalogue: GatewayCatalogue;
  readonly toolsets: ToolsetSource;
  readonly dialer: UpstreamDialer;
  readonly version: string;
  readonly limits?: Partial<GatewayLimits>;
  /** Default: the table's. */
  readonly budgets?: BudgetBook;
  /** What `hub__find_tools` asks. */
  readonly searchTools: SearchTools;
  /** Keep the parameters of the last calls, which may hold secrets. Default: no. */
  readonly keepsParams?: boolean;
  /** Default: nothing is said. */
  readonly log?: GatewayLog;
  /** Hears of faults of the gateway's own, with the URN that the caller was told. Must not throw. */
  readonly onFault?: OnFault;
  /** Where sessions of clients outlive the process. Default: they end with it. */
  readonly sessions?: SessionKeeping | undefined;
  /**
   * Called when a connection to a server fails, or a server refuses requests without a token. Default:
   * nothing is called.
   */
  readonly onTrouble?: OnTrouble;
  /** Reads what a server offers again, now. May be called often; a reading that runs already serves. */
  readonly refresh: (serverId: string) => Promise<void>;
};

const sweepMs = 30_000;

/** The hub as one MCP server in front of all that are registered. */
export class Gateway {
  readonly traffic: Traffic;
  readonly #context: GatewayContext;
  readonly #clientMessages: MessageLimits;
  readonly #modern: ModernEndpoint;
  readonly #legacy: LegacyEndpoint;
  readonly #sse: SseEndpoint;
  readonly #held: HeldCalls;
  readonly #oneServer: OneServerEndpoint;
  readonly #changes: Changes;
  readonly #selections: Selections;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stops: (() => void)[] = [];
  #isStopping = false;

  constructor(options: GatewayOptions) {
    const { catalogue, dialer, refresh, version } = options;
    const faults = new Faults(options.onFault);
    const limits = { ...defaultLimits, ...options.limits };
    const budgets = options.budgets ?? new BudgetBook();
    const messages = messageLimits(budgets, limits.callTimeoutMs);
    this.#clientMessages = messages.ofClients;
    const now = () => catalogue.now();
    this.traffic = new Traffic(now, { keepsParams: options.keepsParams ?? false });
    const onStale = (inMs: number) => this.#changes.lookIn(inMs);
    const onTrouble = options.onTrouble ?? (() => undefined);
    const views = new Views(catalogue, limits.graceMs, onStale, budgets);
    this.#context = {
      catalogue,
      views,
      instances: new Instances(limits, budgets, catalogue),
      dialer: unpackingDialer(containedDialer(dialer, faults, onTrouble), faults),
      limits,
      budgets,
      streams: new OpenStreams(),
      serverMessages: messages.ofServers,
      log: options.log ?? silentLog,
      traffic: this.traffic,
      faults,
      identity: hubIdentity(version),
      onRefused: (endpoint) => onTrouble(endpoint),
      refresh: refreshContained(refresh, faults),
    };
    this.#changes = new Changes(this.#context);
    this.#selections = new Selections({
      budgets,
      server: (id) => catalogue.get(id),
      toolset: (id) => options.toolsets.get(id),
    });
    this.#held = new HeldCalls(this.#context);
    const shared = {
      context: this.#context,
      listeners: this.#changes.listeners,
      watchers: this.#changes.watchers,
      hubTools: new HubTools(options.searchTools),
      version,
    };
    this.#modern = new ModernEndpoint({ ...shared, held: this.#held });
    this.#legacy = new LegacyEndpoint({ ...shared, sessions: options.sessions });
    this.#oneServer = new OneServerEndpoint(
      this.#context,
      this.#legacy.sessions,
      (received, exchange) => this.#dispatch(received, exchange),
    );
    this.#sse = new SseEndpoint(this.#context, this.#legacy);
    this.#stops.push(
      catalogue.subscribe((event) => {
        // Calls that wait start at once where there are more places now.
        if (event.kind === "edited") this.#follow(event.serverId);
        this.#changes.lookSoon();
      }),
      options.toolsets.subscribe(() => this.#changes.lookSoon()),
    );
    this.#every(limits.keepAliveMs, () => this.#context.streams.keepAlive());
    this.#every(Math.min(sweepMs, limits.sessionIdleMs / 2), () => this.#sweep());
  }

  /** Sessions of 2025 clients that are open. */
  get sessions(): number {
    return this.#legacy.sessions.size;
  }

  /**
   * Answers one request. Whether it may be asked at all was decided before. `query` is that of its URL,
   * without the question mark; `always` is what every answer carries.
   */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    query: string,
    always: Readonly<Record<string, string>>,
  ): void {
    const onFault = (error: unknown) => this.#failed(error, response, always);
    try {
      this.#answer(request, response, target, query, always, onFault);
    } catch (error) {
      onFault(error);
    }
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    target: Target,
    query: string,
    always: Readonly<Record<string, string>>,
    onFault: (error: unknown) => void,
  ): void {
    const via = viaOf(request);
    if (this.#isStopping && request.method !== "POST") {
      sendStopping(response, null, always);
      return;
    }
    const { query: own, stream } = target.isSse === true ? streamIn(query) : { query };
    const select = this.#selecting(target, own, via !== undefined);
    const selected = select();
    if ("refusal" in selected) {
      const error = { code: codes.invalidParams, message: selected.refusal };
      sendText(response, selected.status, errorText(null, error), always);
      return;
    }
    const revision = revisionIn(own);
    if ("problem" in revision) {
      const error = { code: codes.invalidParams, message: revision.problem };
      sendText(response, 400, errorText(null, error), always);
      return;
    }
    const exchange: Exchange = {
      request,
      response,
      ...revision,
      selection: selected.selection,
      currentSelection: selectingStill(select, selected.selection),
      via,
      budgets: this.#context.budgets,
      always,
      onFault,
    };
    if (target.isSse === true) {
      this.#answerSse(exchange, own, stream);
      return;
    }
    if (request.method === "POST") {
      receiveMessage(
        exchange,
        this.#clientMessages,
        (received) => this.#take(received, exchange, selected.entry),
        (body) => this.#takeBatch(body, exchange, selected.entry),
      );
      return;
    }
    if (request.method !== "GET" && request.method !== "DELETE") {
      const error = { code: codes.badRequest, message: "Method not allowed" };
      const allowed = { ...always, allow: "GET, POST, DELETE" };
      sendText(response, 405, errorText(null, error), allowed);
      return;
    }
    const { entry } = selected;
    const { method } = request;
    if (entry !== undefined && this.#oneServer.isForServer(exchange, entry))
      this.#oneServer.passStream(method, exchange, entry);
    else if (method === "GET") this.#legacy.openStream(exchange);
    else this.#legacy.endSession(exchange);
  }

  /** A client of HTTP+SSE: a stream, and messages that name it. */
  #answerSse(exchange: Exchange, query: string, stream: string | undefined): void {
    const { request, response, always } = exchange;
    if (request.method === "GET") {
      const [path = ""] = (request.url ?? "").split("?", 1);
      this.#sse.open(exchange, path, query);
    } else if (request.method === "POST" && stream !== undefined) {
      receiveMessage(
        exchange,
        this.#clientMessages,
        (received) => this.#sse.take(received, exchange, stream),
        () => sendText(response, 400, errorText(null, noBatch), always),
      );
    } else {
      const message =
        "Method not allowed: this endpoint is for HTTP+SSE, where GET opens a stream and POST goes to the URL that its first event names. Streamable HTTP is at the same URL with /mcp in place of /sse.";
      const error = { code: codes.badRequest, message };
      sendText(response, 405, errorText(null, error), { ...always, allow: "GET, POST" });
    }
  }

  /** What the endpoint of a toolset would show now, whether or not it is saved. */
  preview(toolset: Toolset): ToolsetPreview {
    return previewOf(this.#context.views, toolset);
  }

  /** Ends streams that would never end and takes no new calls; those in flight may finish. */
  drain(): void {
    this.#isStopping = true;
    this.#modern.close();
    this.#sse.drain();
    this.#legacy.sessions.endStreams();
  }

  /** Ends what is left. Resolves when what the next process of the hub needs is stored. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers) clearInterval(timer);
    this.drain();
    this.#held.close();
    await this.#legacy.sessions.close();
    this.#changes.close();
  }

  /** Takes a message in the name of whom it is for. */
  #take(received: Received, exchange: Exchange, entry: Entry | undefined): void {
    const { parsed } = received;
    // What calls in flight wait for still comes through.
    if (this.#isStopping && parsed.kind === "request") {
      sendStopping(exchange.response, parsed.message.id, exchange.always);
      return;
    }
    if (entry === undefined) this.#dispatch(received, exchange);
    else this.#oneServer.take(received, exchange, entry);
  }

  /** Several messages at once, where a session is known to have agreed on that. */
  #takeBatch(body: Buffer, exchange: Exchange, entry: Entry | undefined): void {
    const { request, response, always } = exchange;
    const limits = this.#clientMessages;
    // What calls in flight wait for still comes through.
    const refusalOf = (id: JsonRpcId) => (this.#isStopping ? stoppingText(id) : undefined);
    if (entry !== undefined && this.#oneServer.isForServer(exchange, entry))
      this.#oneServer.takeBatch(body, exchange, entry, limits, refusalOf);
    else if (hubSessionOf(request) !== undefined)
      this.#legacy.handleBatch(body, exchange, limits, refusalOf);
    else sendText(response, 400, errorText(null, noBatch), always);
  }

  /** A fault of ours in one request ends no other. */
  #failed(
    error: unknown,
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
  ): void {
    const failure = faultOf(this.#context, error);
    if (response.headersSent) response.destroy();
    else sendText(response, 500, errorText(null, failureError(failure)), always);
  }

  /** Answers a message on the hub's own account, in the era it is written in. */
  #dispatch(received: Received, exchange: Exchange): void {
    const { parsed } = received;
    const era = eraOfMessage(parsed, exchange);
    if (era === "legacy") {
      this.#legacy.handle(received, exchange);
      return;
    }
    if (parsed.kind === "request") {
      this.#modern.handle(parsed.message, exchange, received);
      return;
    }
    const error = { code: codes.invalidRequest, message: "Only requests can be sent here" };
    // The modern revision has no notifications of clients; one of an extension is taken and dropped.
    if (parsed.kind === "notification") exchange.response.writeHead(202, exchange.always).end();
    else sendText(exchange.response, 400, errorText(null, error), exchange.always);
  }

  /** What an endpoint shows whenever it is asked. Sessions keep this, so it must not keep the request. */
  #selecting(target: Target, query: string, isRelayed: boolean) {
    return () => this.#selections.of(target, query, isRelayed);
  }

  #follow(serverId: string): void {
    const { catalogue, instances } = this.#context;
    const entry = catalogue.get(serverId);
    if (entry !== undefined) instances.of(entry);
  }

  #sweep(): void {
    this.#legacy.sessions.sweep();
    const serverIds = new Set(this.#context.catalogue.list().map(({ record }) => record.id));
    this.traffic.retain(serverIds);
    this.#oneServer.retain(serverIds);
  }

  #every(ms: number, run: () => void): void {
    const timer = setInterval(() => this.#context.faults.contain(run), ms);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** Nothing rejects, and a reading that serves many is one promise, however many ask for it. */
function refreshContained(refresh: GatewayOptions["refresh"], faults: Faults) {
  const contained = new WeakMap<Promise<void>, Promise<void>>();
  return (serverId: string): Promise<void> => {
    try {
      const reading = refresh(serverId);
      const known = contained.get(reading);
      if (known !== undefined) return known;
      const safe = reading.catch((error) => void faults.report(error));
      contained.set(reading, safe);
      return safe;
    } catch (error) {
      faults.report(error);
      return Promise.resolve();
    }
  };
}

/** What an endpoint shows now; what it showed first when it is no more. */
function selectingStill(select: () => Selected, first: Selection): () => Selection {
  return () => {
    const now = select();
    return "refusal" in now ? first : now.selection;
  };
}

function sendStopping(
  response: ServerResponse,
  id: JsonRpcId | null,
  always: Readonly<Record<string, string>>,
): void {
  const headers = { ...always, connection: "close", "retry-after": "5" };
  sendText(response, 503, stoppingText(id), headers);
}

function stoppingText(id: JsonRpcId | null): string {
  const cause = "The hub is stopping.";
  return errorText(id, failureError({ code: "HUB_STOPPING", cause, mayHaveRun: false }));
}

function viaOf({ headers }: IncomingMessage): string | undefined {
  const via = headers["mcp-hub-via"];
  return typeof via === "string" ? via : undefined;
}
