import type { IncomingMessage, ServerResponse } from "node:http";
import { BudgetBook, type JournalEvent, type Toolset } from "@hub/core";
import { type Principal, policyOf } from "@hub/core/access";
import type { HubPeers, PeerRequest } from "@hub/core/hubs";
import type { UpstreamDialer } from "@hub/core/upstream";
import { type Preview, previewOf } from "./catalogue/preview.js";
import { Selections } from "./catalogue/selections.js";
import { type CatalogueSource, Views } from "./catalogue/views.js";
import { Changes } from "./changes.js";
import { LegacyEndpoint } from "./downstream/legacy-endpoint.js";
import { ModernEndpoint } from "./downstream/modern-endpoint.js";
import { type AskedBy, Endpoints } from "./endpoints.js";
import { Faults, type OnFault } from "./faults.js";
import type { HubEndpoint } from "./hub-endpoint.js";
import type { AskDoctor } from "./hub-tools/diagnose-tool.js";
import { HubTools } from "./hub-tools/hub-tools.js";
import { defaultLimits, type GatewayLimits } from "./limits.js";
import { type GatewayLog, silentLog } from "./log.js";
import { PendingInput } from "./relay/pending-input.js";
import { isOwnerRow, SessionOwners } from "./relay/session-owners.js";
import { HttpReply } from "./reply/http-reply.js";
import { OpenStreams } from "./reply/open-streams.js";
import { OwnedAnswers } from "./reply/owned-answers.js";
import type { SearchTools } from "./search/catalogue-search.js";
import type { SessionKeeping } from "./session/sessions.js";
import type { CallTraces } from "./traffic/call-trace.js";
import type { OnCall } from "./traffic/counted-call.js";
import { Traffic } from "./traffic/traffic.js";
import { containedDialer, type OnTrouble } from "./upstream/contained-dialer.js";
import type { GatewayContext } from "./upstream/context.js";
import { hubIdentity } from "./upstream/initialize.js";
import { Instances } from "./upstream/instances.js";
import { type Knock, Restarts } from "./upstream/restarts.js";
import { unpackingDialer } from "./upstream/unpacking-dialer.js";
import { messageLimits } from "./wire/message-limits.js";

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
  /** What `hub__diagnose` asks. Default: it says that this hub has no doctor. */
  readonly diagnose?: AskDoctor;
  /** Keep the parameters of the last calls, which may hold secrets. Default: no. */
  readonly keepsParams?: boolean;
  /** Default: nothing is said. */
  readonly log?: GatewayLog;
  /** Hears of faults of the gateway's own, with the URN that the caller was told. Must not throw. */
  readonly onFault?: OnFault;
  /** Where sessions of clients outlive the process. Default: they end with it. */
  readonly sessions?: SessionKeeping | undefined;
  /** Other hubs on the same store. Default: there is none. */
  readonly peers?: HubPeers | undefined;
  /**
   * Called when a connection to a server fails, or a server refuses requests without a token. Default:
   * nothing is called.
   */
  readonly onTrouble?: OnTrouble;
  /** How calls that wait for a server find out that it is back, when it says nothing. */
  readonly knock: Knock;
  /** Told of each call of somebody the hub knows, when it has ended. Default: nobody is. */
  readonly onCall?: OnCall | undefined;
  /** Tell it the parameters as well, which may hold secrets. Default: no. */
  readonly tellsParams?: boolean | undefined;
  /** Default: nobody traces calls. */
  readonly traces?: CallTraces | undefined;
  /** Reads what a server offers again, now. May be called often; a reading that runs already serves. */
  readonly refresh: (serverId: string) => Promise<void>;
  /**
   * The same where nobody said that it changed, so that it does not count as a change. Never rejects. Default: it is
   * read when its time has come.
   */
  readonly readAgain?: ((serverId: string) => Promise<unknown>) | undefined;
  /** Reads what other hubs on the same store have written. Never rejects. Default: there is no other hub. */
  readonly catchUp?: (() => Promise<unknown>) | undefined;
  /**
   * Resolves when every hub on the same store knows what this one knows now, or was given its time. Never rejects.
   * Default: there is no other hub.
   */
  readonly knownToAll?: (() => Promise<void>) | undefined;
};

const sweepMs = 30_000;

/** The hub as one MCP server in front of all that are registered. */
export class Gateway {
  readonly traffic: Traffic;
  readonly #context: GatewayContext;
  readonly #legacy: LegacyEndpoint;
  readonly #pendingInput: PendingInput;
  readonly #owners: SessionOwners;
  readonly #endpoints: Endpoints;
  readonly #changes: Changes;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #stops: (() => void)[] = [];

  constructor(options: GatewayOptions) {
    const { catalogue, dialer, refresh, version } = options;
    const faults = new Faults(options.onFault);
    const limits = { ...defaultLimits, ...options.limits };
    const budgets = options.budgets ?? new BudgetBook();
    const messages = messageLimits(budgets, limits.callTimeoutMs);
    const now = () => catalogue.now();
    this.traffic = new Traffic(now, {
      keepsParams: options.keepsParams ?? false,
      onCall: options.onCall,
      tellsParams: options.tellsParams ?? false,
      traces: options.traces,
    });
    const onStale = (inMs: number) => this.#changes.lookIn(inMs);
    const onTrouble = options.onTrouble ?? (() => undefined);
    const views = new Views(catalogue, limits.graceMs, onStale, budgets);
    const instances = new Instances(limits, budgets, catalogue);
    const contained = refreshContained(refresh, faults);
    this.#context = {
      catalogue,
      views,
      instances,
      restarts: new Restarts({
        catalogue,
        instances,
        budgets,
        limits,
        faults,
        knock: options.knock,
        refresh: contained,
      }),
      dialer: unpackingDialer(containedDialer(dialer, faults, onTrouble), faults),
      limits,
      budgets,
      streams: new OpenStreams(),
      answers: new OwnedAnswers(),
      serverMessages: messages.ofServers,
      log: options.log ?? silentLog,
      traffic: this.traffic,
      faults,
      identity: hubIdentity(version),
      onRefused: (endpoint) => onTrouble(endpoint),
      refresh: contained,
      readAgain: options.readAgain,
      catchUp: options.catchUp,
    };
    this.#changes = new Changes(this.#context, options.knownToAll);
    const selections = new Selections({
      budgets,
      server: (id) => catalogue.get(id),
      toolset: (id) => options.toolsets.get(id),
    });
    this.#pendingInput = new PendingInput(this.#context, options.peers);
    const shared = {
      context: this.#context,
      listeners: this.#changes.listeners,
      watchers: this.#changes.watchers,
      hubTools: new HubTools({
        search: options.searchTools,
        diagnose: options.diagnose ?? (async () => "This hub cannot diagnose servers."),
        now,
      }),
      version,
    };
    const modern = new ModernEndpoint({ ...shared, pendingInput: this.#pendingInput });
    const [keeping, ofServers] = splitKept(options.sessions);
    this.#owners = new SessionOwners({
      budgets,
      faults,
      keeping: ofServers,
      now: () => catalogue.now().hub,
    });
    this.#legacy = new LegacyEndpoint({
      ...shared,
      sessions: keeping,
      peers: options.peers,
    });
    this.#endpoints = new Endpoints({
      context: this.#context,
      selections,
      clientMessages: messages.ofClients,
      modern,
      legacy: this.#legacy,
      owners: this.#owners,
      peers: options.peers,
      isShared: options.sessions?.shared !== undefined,
    });
    this.#stops.push(
      catalogue.subscribe((event) => {
        // Calls that wait start at once where there are more places now.
        if (event.kind === "edited") this.#follow(event.serverId);
        this.#context.restarts.look(event.serverId);
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

  /** Answers one request: see `Endpoints.handle`. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: HubEndpoint,
    query: string,
    always: Readonly<Record<string, string>>,
    by: AskedBy,
  ): void {
    this.#endpoints.handle(request, response, endpoint, query, always, by);
  }

  /** Answers what another hub asks in the name of a client that it has let in. */
  takePeer(
    request: PeerRequest,
    response: ServerResponse,
    always: Readonly<Record<string, string>>,
  ): void {
    const answer = (isTaken: Promise<boolean>) =>
      isTaken
        .then((taken) => response.writeHead(taken ? 204 : 404, always).end())
        .catch((error: unknown) => {
          response.writeHead(500, always).end();
          this.#context.faults.report(error);
        });
    switch (request.kind) {
      case "held-answers": {
        // The call began here: its line in the audit has the address that it came from then.
        const answered = {
          response,
          always,
          peer: request.sharer,
          from: undefined,
          request: undefined,
        };
        const reply = new HttpReply(answered, this.#context);
        this.#pendingInput.goOnFor(request, reply);
        return;
      }
      case "session-message": {
        const isTaken = this.#legacy.takeFromPeer(request);
        response.writeHead(isTaken ? 204 : 404, always).end();
        return;
      }
      case "session-link":
        answer(this.#legacy.listenFor(request));
        return;
      case "session-resource":
        answer(this.#legacy.followFor(request));
        return;
      case "opening-stream":
        this.#endpoints.hearStream(request);
        response.writeHead(404, always).end();
        return;
      default:
        // A hub of another version may ask for what this one does not know.
        request satisfies never;
        response.writeHead(501, always).end();
    }
  }

  /** Which sessions changed here whose clients may listen at another hub, for `hearSessions` there. */
  takeSessions(): readonly string[] {
    return this.#legacy.sessions.takeNews();
  }

  /** Which sessions changed at another hub. */
  hearSessions(keys: readonly string[]): void {
    this.#legacy.sessions.hearNews(keys);
  }

  /** How many calls wait for answers of their clients. */
  get waitingForClients(): number {
    return this.#pendingInput.waiting;
  }

  /**
   * What the endpoint of a toolset would show now, whether or not it is saved, to whoever may call all that somebody
   * may read.
   */
  preview(toolset: Toolset, { grants }: Principal): Preview {
    const callable = grants.map((grant) =>
      grant.action === "read" ? { ...grant, action: "call" as const } : grant,
    );
    return previewOf(this.#context.views, toolset, policyOf({ grants: callable }));
  }

  /**
   * Ends the sessions, streams, held calls and answers of a principal whose credential is revoked, has expired, or
   * allows something else now. What it sends with a credential that is valid begins anew.
   */
  endOf(principalId: string): void {
    this.#legacy.sessions.endOf(principalId);
    this.#pendingInput.endOf(principalId);
    this.#context.restarts.endOf(principalId);
    this.#owners.endOf(principalId);
    this.#context.answers.endOf(principalId);
  }

  /** Ends streams that would never end and takes no new calls; those in flight may finish. */
  drain(): void {
    this.#endpoints.drain();
    this.#context.restarts.drain();
  }

  /** Ends what is left. Resolves when what the next process of the hub needs is stored. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    for (const timer of this.#timers) clearInterval(timer);
    this.drain();
    this.#pendingInput.close();
    await Promise.all([this.#legacy.sessions.close(), this.#owners.written()]);
    this.#changes.close();
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
    this.#endpoints.retain(serverIds);
  }

  #every(ms: number, run: () => void): void {
    const timer = setInterval(() => this.#context.faults.contain(run), ms);
    timer.unref();
    this.#timers.add(timer);
  }
}

/** Sessions of the hub's own, and those that servers gave out. */
function splitKept(
  keeping: SessionKeeping | undefined,
): readonly [SessionKeeping | undefined, SessionKeeping | undefined] {
  if (keeping === undefined) return [undefined, undefined];
  const { store, kept, shared, onNews } = keeping;
  const isOwn = (row: (typeof kept)[number]) => !isOwnerRow(row);
  return [
    { store, shared, onNews, kept: kept.filter(isOwn) },
    { store, shared, kept: kept.filter(isOwnerRow) },
  ];
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
