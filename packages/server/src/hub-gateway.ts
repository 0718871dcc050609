import type { AdmittedServers, HubStore, Registry } from "@hub/core";
import type { Sights } from "@hub/core/access";
import type { KeptSession } from "@hub/core/storage";
import type { Dialer } from "@hub/dial";
import { type CallTraces, createCatalogueSearch, Gateway, type SearchTools } from "@hub/gateway";
import type { AppDeps } from "./api/ports.js";
import { newInstance } from "./api/problem.js";
import type { Audit } from "./audit/audit.js";
import { describeError } from "./describe-error.js";
import { createAgentDoctor } from "./doctor/agent-doctor.js";
import type { HubConfig } from "./hub-config.js";
import type { AmongHubs } from "./hubs/among-hubs.js";
import type { Asking } from "./hubs/asking.js";
import type { CatchingUp } from "./hubs/catching-up.js";
import { createKnock } from "./knock.js";
import type { Log } from "./log.js";
import type { Readiness } from "./readiness.js";
import { troubleIn } from "./trouble.js";
import { version } from "./version.js";

type HubGatewayParts = Pick<
  AppDeps,
  "budgets" | "checkEndpoint" | "doctor" | "stopping" | "toolsets"
> & {
  readonly config: HubConfig;
  readonly store: HubStore;
  /** The sessions that the store had at the start. */
  readonly keptSessions: readonly KeptSession[];
  readonly registry: Registry;
  readonly admitted: AdmittedServers;
  readonly sights: Sights;
  readonly dialer: Dialer;
  readonly audit: Audit;
  readonly readiness: Readiness;
  readonly asking: Asking;
  readonly catchingUp: Pick<CatchingUp, "everywhere">;
  readonly others: Pick<AmongHubs, "hubs" | "peers">;
  /** Undefined where nobody traces calls. */
  readonly traces: CallTraces | undefined;
  readonly log: Log;
};

/** The gateway of a hub, and the search over all tools that it shares with the REST API. */
export type HubGateway = { readonly gateway: Gateway; readonly searchTools: SearchTools };

export function createHubGateway(parts: HubGatewayParts): HubGateway {
  const { config, store, registry, admitted, dialer, audit, budgets, log } = parts;
  const { hubs, peers } = parts.others;
  const onFault = (error: unknown, instance: string) =>
    log.error("gateway-fault", { instance, error: describeError(error) });
  const searchTools = createCatalogueSearch(admitted, budgets, {
    onFault: (error) => onFault(error, newInstance()),
    onWhole: () => parts.readiness.indexed(),
  });
  const gateway = new Gateway({
    catalogue: admitted,
    toolsets: parts.toolsets,
    dialer,
    version,
    limits: config.limits,
    budgets,
    keepsParams: config.keepsParams,
    tellsParams: config.audit.keepsArguments,
    traces: parts.traces,
    onCall: (call, principal) => audit.call(call, principal),
    log,
    onFault,
    searchTools,
    diagnose: createAgentDoctor(parts, parts.stopping),
    sessions: {
      store: store.sessions,
      kept: parts.keptSessions,
      shared: store.shared?.sessions,
      onNews: () => hubs?.hurry(),
    },
    peers,
    onTrouble: (endpoint, failure) => registry.troubleAt(endpoint, troubleIn(endpoint, failure)),
    knock: createKnock(dialer),
    refresh: (serverId) => parts.asking.ask(serverId, "changed"),
    // It may be gone, or the hub is stopping.
    readAgain: (serverId) => parts.asking.ask(serverId, "again").catch(() => undefined),
    catchUp: hubs === undefined ? undefined : () => registry.catchUp(),
    knownToAll:
      hubs === undefined
        ? undefined
        : async () => {
            // What is not stored yet, nobody else can read.
            await registry.catchUp();
            await parts.catchingUp.everywhere();
          },
  });
  return { gateway, searchTools };
}
