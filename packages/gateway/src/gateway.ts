import type { IncomingMessage, ServerResponse } from "node:http";
import { BudgetBook, type JournalEvent, type Toolset } from "@hub/core";
import { openPrincipal, type Principal, policyOf } from "@hub/core/access";
import type { UpstreamDialer } from "@hub/core/upstream";
import { type Preview, previewOf } from "./catalogue/preview.js";
import { Selections } from "./catalogue/selections.js";
import { type CatalogueSource, Views } from "./catalogue/views.js";
import { Changes } from "./changes.js";
import { LegacyEndpoint } from "./downstream/legacy-endpoint.js";
import { ModernEndpoint } from "./downstream/modern-endpoint.js";
import { Endpoints } from "./endpoints.js";
import { Faults, type OnFault } from "./faults.js";
import type { HubEndpoint } from "./hub-endpoint.js";
import type { AskDoctor } from "./hub-tools/diagnose-tool.js";
import { HubTools } from "./hub-tools/hub-tools.js";
import { defaultLimits, type GatewayLimits } from "./limits.js";
import { type GatewayLog, silentLog } from "./log.js";
import { PendingInput } from "./relay/pending-input.js";
import { isOwnerRow, SessionOwners } from "./relay/session-owners.js";
import { OpenStreams } from "./reply/open-streams.js";
import { OwnedAnswers } from "./reply/owned-answers.js";
import type { SearchTools } from "./search/catalogue-search.js";
import type { SessionKeeping } from "./session/sessions.js";
import { type OnCall, Traffic } from "./traffic/traffic.js";
import { containedDialer, type OnTrouble } from "./upstream/contained-dialer.js";
import type { GatewayContext } from "./upstream/context.js";
import { hubIdentity } from "./upstream/initialize.js";
import { Instances } from "./upstream/instances.js";
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
  /**
   * Called when a connection to a server fails, or a server refuses requests without a token. Default:
   * nothing is called.
   */
  readonly onTrouble?: OnTrouble;
  /** Told of each call of somebody the hub knows, when it has ended. Default: nobody is. */
  readonly onCall?: OnCall | undefined;
  /** Tell it the parameters as well, which may hold secrets. Default: no. */
  readonly tellsParams?: boolean | undefined;
  /** Reads what a server offers again, now. May be called often; a reading that runs already serves. */
  readonly refresh: (serverId: string) => Promise<void>;
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
    });
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
      answers: new OwnedAnswers(),
      serverMessages: messages.ofServers,
      log: options.log ?? silentLog,
      traffic: this.traffic,
      faults,
      identity: hubIdentity(version),
      onRefused: (endpoint) => onTrouble(endpoint),
      refresh: refreshContained(refresh, faults),
    };
    this.#changes = new Changes(this.#context);
    const selections = new Selections({
      budgets,
      server: (id) => catalogue.get(id),
      toolset: (id) => options.toolsets.get(id),
    });
    this.#pendingInput = new PendingInput(this.#context);
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
    this.#owners = new SessionOwners({ budgets, faults, keeping: ofServers });
    this.#legacy = new LegacyEndpoint({ ...shared, sessions: keeping });
    this.#endpoints = new Endpoints({
      context: this.#context,
      selections,
      clientMessages: messages.ofClients,
      modern,
      legacy: this.#legacy,
      owners: this.#owners,
    });
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

  /** Answers one request: see `Endpoints.handle`. */
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: HubEndpoint,
    query: string,
    always: Readonly<Record<string, string>>,
    principal: Principal,
  ): void {
    this.#endpoints.handle(request, response, endpoint, query, always, principal);
  }

  /** What the endpoint of a toolset would show somebody now, whether or not it is saved. Default: who may call all. */
  preview(toolset: Toolset, principal: Principal = openPrincipal): Preview {
    return previewOf(this.#context.views, toolset, policyOf(principal));
  }

  /**
   * Ends the sessions, streams, held calls and answers of a principal whose credential is revoked, has expired, or
   * allows something else now. What it sends with a credential that is valid begins anew.
   */
  endOf(principalId: string): void {
    this.#legacy.sessions.endOf(principalId);
    this.#pendingInput.endOf(principalId);
    this.#owners.endOf(principalId);
    this.#context.answers.endOf(principalId);
  }

  /** Ends streams that would never end and takes no new calls; those in flight may finish. */
  drain(): void {
    this.#endpoints.drain();
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
  const { store, kept } = keeping;
  const isOwn = (row: (typeof kept)[number]) => !isOwnerRow(row);
  return [
    { store, kept: kept.filter(isOwn) },
    { store, kept: kept.filter(isOwnerRow) },
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
