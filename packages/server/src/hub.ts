import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import {
  AdmittedServers,
  BudgetBook,
  type Clock,
  type HubStore,
  type JournalEvent,
  Registry,
  systemClock,
  Toolsets,
} from "@hub/core";
import { Sights } from "@hub/core/access";
import { ServerLogs } from "@hub/core/diagnosis";
import type { UpstreamCredentials } from "@hub/core/upstream";
import { createDialer, createEndpointRules, createOperatorFetch } from "@hub/dial";
import { createCatalogueSearch, Gateway, listProblems } from "@hub/gateway";
import {
  createDiagnose,
  createNothingListens,
  createProber,
  createProbeScheduler,
  createRefresher,
} from "@hub/probe";
import { openSqliteStore } from "@hub/store-sqlite";
import { Arrivals } from "./access/arrival.js";
import { Callers } from "./access/callers.js";
import { Gate, type GateOptions } from "./access/gate.js";
import { Guesses } from "./access/guesses.js";
import { needsAccess } from "./access/needs-access.js";
import { createOidc } from "./access/oidc/oidc.js";
import { resourceMetadataOf } from "./access/oidc/resource-metadata.js";
import { ownUrls } from "./access/own-urls.js";
import { profileOf } from "./access/profile.js";
import { Sessions } from "./access/sign-in/sessions.js";
import { Tokens } from "./access/tokens/tokens.js";
import { TokensFile } from "./access/tokens/tokens-file.js";
import type { HubApp } from "./api/hono.js";
import { newInstance } from "./api/problem.js";
import type { WebUi } from "./api/web-ui.js";
import { createApp } from "./app.js";
import { Audit } from "./audit/audit.js";
import type { TellFault } from "./boundary.js";
import { Credentials } from "./credentials/credentials.js";
import { maskingProber } from "./credentials/mask.js";
import { SecretKeyFile } from "./credentials/secret-key.js";
import { describeError } from "./describe-error.js";
import { createAgentDoctor } from "./doctor/agent-doctor.js";
import { Doctor } from "./doctor/doctor.js";
import { followLogs } from "./doctor/follow-logs.js";
import { createEndpointCheck } from "./endpoint-check.js";
import { createGatewayHandler, type TakeRequest } from "./gateway-handler.js";
import { configFrom, type HubConfig, type PartialHubConfig } from "./hub-config.js";
import { newLeaseId } from "./lease-id.js";
import type { Listener } from "./listen.js";
import { createLog, type Log } from "./log.js";
import { StartError } from "./start-error.js";
import { troubleIn } from "./trouble.js";
import { version } from "./version.js";

/** What a hub lends to the store that it opens. */
export type StoreContext = {
  /** How much of journal and histories is to be kept; what the store uses of it shows in `/healthz?verbose`. */
  readonly budgets: BudgetBook;
  readonly log: Log;
};

export type HubOptions = {
  /** Default: `defaultConfig`, also for every part that is left out. */
  readonly config?: PartialHubConfig | undefined;
  /**
   * Opens where everything survives; the hub closes it when it stops. Default: the SQLite file `hub.db` in the
   * data directory.
   */
  readonly store?: ((context: StoreContext) => HubStore | Promise<HubStore>) | undefined;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** Default: warnings and errors on standard output, one JSON object a line. */
  readonly log?: Log | undefined;
  /** What browsers get to see. Default: nothing. */
  readonly webUi?: WebUi | undefined;
  /** How people and programs prove who they are. Default: they need not, and everybody may do all. */
  readonly access?: AccessOptions | undefined;
  /** Hears every event of the journal, from the first on. Default: nobody. */
  readonly onEvent?: ((event: JournalEvent) => void) | undefined;
};

export type AccessOptions = Pick<GateOptions, "authenticators" | "challengeParameters">;

/** A hub that is put together and that nobody can reach yet. */
export type HubParts = {
  readonly config: HubConfig;
  readonly log: Log;
  readonly budgets: BudgetBook;
  readonly registry: Registry;
  readonly gate: Gate;
  readonly app: HubApp;
  readonly takeRequest: TakeRequest;
  readonly arrivals: Arrivals;
  readonly callers: Callers;
  readonly tellFault: TellFault;
  /** Begins to probe. */
  start(): void;
  /** Says no to `/readyz`, and ends streams. */
  drain(): void;
  /** Ends what is left of calls, writes everything, and closes the store. */
  close(): Promise<void>;
};

const journalKept = 100_000;
const trimEveryMs = 3_600_000;

/** Rejects with the reason why the key cannot be used. */
async function openKey({ secretKeyFile, dataDir }: HubConfig): Promise<SecretKeyFile> {
  return new SecretKeyFile(secretKeyFile ?? join(dataDir, "secret.key"));
}

/**
 * Puts a hub together. Throws what the store throws when it cannot be opened, and StartError for a hub that other
 * machines reach without being asked who they are.
 */
export async function composeHub(
  options: HubOptions,
  ownAddresses: () => Listener["addresses"],
): Promise<HubParts> {
  const { onEvent, webUi, clock = systemClock } = options;
  const config = configFrom(options.config);
  const profile = profileOf(config);
  const arrivals = new Arrivals(config);
  const log = options.log ?? createLog({ level: "warn", format: "json" });
  const tellFault: TellFault = ({ error, ...where }) =>
    log.error("request-failed", { ...where, error: describeError(error) });

  const budgets = new BudgetBook(config.budgets);
  const openStore =
    options.store ??
    ((context: StoreContext) =>
      openSqliteStore({ ...context, file: join(config.dataDir, "hub.db") }));
  const store = await openStore({ budgets, log });
  const stopping = new AbortController();
  // Every stream waits for it.
  setMaxListeners(0, stopping.signal);
  const hubId = randomUUID();
  const rules = createEndpointRules({ profile, allow: config.allowEndpoints });
  const upstreamCredentials: UpstreamCredentials = {
    headersFor: (serverId, url) => credentials.headersFor(serverId, url),
    onRefused: (serverId, headers) => credentials.onRefused(serverId, headers),
  };
  const dialer = createDialer({
    rules,
    hubId,
    version,
    ownAddresses,
    credentials: upstreamCredentials,
  });
  const standingOf = (serverId: string, url: string) => credentials.standing(serverId, url);
  const secretsOf = (serverId: string) => credentials.secretsOf(serverId);
  const plainProber = createProber({
    budgets,
    dialer,
    version,
    listProblems,
    standingOf,
    onBug: (error) => log.error("probe-crashed", { error: describeError(error) }),
  });
  const prober = maskingProber(plainProber, secretsOf);
  const onListenerError = (error: unknown) =>
    log.error("listener-failed", { error: describeError(error) });
  const closeStore = async (error: unknown) => {
    await store.close();
    throw error;
  };
  const key = await openKey(config).catch(closeStore);
  const registry = await Registry.open({
    store,
    clock,
    nothingListens: createNothingListens(dialer),
    settings: config.settings,
    budgets,
    admission: {
      isAsked: (config.admission ?? (profile === "network" ? "ask" : "open")) === "ask",
      admit: config.admit,
    },
    newLeaseId,
    defer: (run) => setImmediate(run),
    onListenerError,
  }).catch(closeStore);
  const credentials: Credentials = await Credentials.open(
    { store: store.credentials, key, clock, dialer },
    (serverId) => registry.get(serverId) !== undefined,
  ).catch(closeStore);
  if (credentials.unreadable.length > 0)
    log.warn("credentials-unreadable", {
      servers: credentials.unreadable,
      keyFile: key.file,
      fix: "Put the key file back that they were sealed with, and restart the hub; or set them again.",
    });
  registry.subscribe((event) => {
    if (event.kind !== "forgotten" || event.instance !== undefined) return;
    credentials
      .remove(event.serverId)
      .catch((error) => log.error("credentials-not-removed", { error: describeError(error) }));
  });
  const admitted = new AdmittedServers(registry);
  const sights = new Sights(registry);
  const audit = new Audit({
    store: store.audit,
    budgets,
    now: () => clock.wall(),
    log,
    ...config.audit,
  });
  const toolsets = await Toolsets.open({
    store: store.toolsets,
    clock,
    onListenerError,
  }).catch(closeStore);
  const tokens = await Tokens.open({ store: store.tokens, clock }).catch(closeStore);
  const tokensFile =
    config.tokensFile === undefined
      ? undefined
      : await TokensFile.open({ file: config.tokensFile, tokens, log }).catch(closeStore);
  const operatorFetch = createOperatorFetch();
  const oidc = createOidc({
    settings: config.oidc,
    ask: operatorFetch.ask,
    bases: () => ownUrls(config.publicUrl, ownAddresses()),
    clock,
    log,
  });
  const sessions = new Sessions({
    clock,
    lastsMs: config.signInMs,
    follow: (principal) => tokens.follow(principal),
  });
  const authenticators = [
    tokens,
    ...(oidc === undefined ? [] : [oidc.authenticator]),
    sessions,
    ...(options.access?.authenticators ?? []),
  ];
  if (profile === "network" && !authenticators.some((one) => one.isConfigured)) {
    tokensFile?.close();
    await closeStore(new StartError(needsAccess(config)));
  }
  const keptSessions = await store.sessions.load().catch(closeStore);
  if (onEvent !== undefined) registry.subscribe(onEvent);
  const scheduler = createProbeScheduler({ registry, prober, log });
  const logs = new ServerLogs(budgets, () => clock.wall());
  registry.subscribe((event) => followLogs(logs, registry, event));
  const doctor: Doctor = new Doctor({
    registry,
    logs,
    examine: createDiagnose({
      dialer,
      version,
      mostValues: budgets.limit("messageValues"),
      standingOf,
    }),
    secretsOf,
    recentCalls: (...asked) => gateway.traffic.recent(...asked),
    probeNow: (serverId) => scheduler.probeNow(serverId),
  });
  const mayDial = createEndpointCheck({ rules, ownAddresses, publicUrl: config.publicUrl });

  const tellGatewayFault = (error: unknown, instance: string) =>
    log.error("gateway-fault", { instance, error: describeError(error) });
  const searchTools = createCatalogueSearch(admitted, budgets, {
    onFault: (error) => tellGatewayFault(error, newInstance()),
  });
  const gateway: Gateway = new Gateway({
    catalogue: admitted,
    toolsets,
    dialer,
    version,
    limits: config.limits,
    budgets,
    keepsParams: config.keepsParams,
    tellsParams: config.audit.keepsArguments,
    onCall: (call, principal) => audit.call(call, principal),
    log,
    onFault: tellGatewayFault,
    searchTools,
    diagnose: createAgentDoctor({ doctor, sights, checkEndpoint: mayDial }, stopping.signal),
    sessions: { store: store.sessions, kept: keptSessions },
    onTrouble: (endpoint, failure) => registry.troubleAt(endpoint, troubleIn(endpoint, failure)),
    refresh: createRefresher(scheduler, registry),
  });
  const steadily = () => clock.monotonic();
  const resourceMetadata =
    config.oidc.people === undefined ? undefined : resourceMetadataOf(config.oidc.people);
  const gate = new Gate({
    challengeParameters: resourceMetadata?.challengeParameters,
    ...options.access,
    authenticators,
    isNetwork: profile === "network",
    guesses: new Guesses(budgets, steadily),
  });
  gate.onGone((principalId) => gateway.endOf(principalId));
  const callers = new Callers(budgets, steadily);
  const { allowedHosts, allowedOrigins, publicUrl } = config;
  const guard = { allowedHosts, allowedOrigins, publicUrl, isNetwork: profile === "network" };

  const app = createApp({
    registry,
    admitted,
    audit,
    toolsets,
    budgets,
    info: { version, hubId, startedAt: clock.wall(), pid: process.pid },
    guard,
    arrivals,
    gate,
    sights,
    callers,
    tokens,
    signIn: {
      sessions,
      flow: oidc?.people?.flow,
      issuer: config.oidc.people?.issuer,
      onFailure: (reason) => log.warn("sign-in-failed", { reason }),
    },
    resourceMetadata,
    checkEndpoint: mayDial,
    credentials,
    doctor,
    logs,
    searchTools,
    traffic: gateway.traffic,
    previewToolset: (toolset) => gateway.preview(toolset),
    webUi,
    probeNow: (serverId) => scheduler.probeNow(serverId),
    probeAgain: (serverId) => scheduler.probeAgain(serverId),
    stopping: stopping.signal,
    onError: (error, request, instance) =>
      tellFault({ error, instance, method: request.method, path: new URL(request.url).pathname }),
  });
  const trim = async () => {
    try {
      await store.trimJournal(journalKept);
      await audit.trim();
    } catch (error) {
      log.warn("journal-not-trimmed", { error: describeError(error) });
    }
  };
  const trimming = setInterval(() => void trim(), trimEveryMs);
  trimming.unref();

  return {
    config,
    log,
    budgets,
    registry,
    gate,
    app,
    arrivals,
    callers,
    takeRequest: createGatewayHandler({ gateway, guard, arrivals, gate, callers, audit, hubId }),
    tellFault,
    start: () => {
      audit.start();
      scheduler.start();
      tokens.watch();
    },
    drain: () => {
      stopping.abort();
      gateway.drain();
    },
    close: async () => {
      await gateway.close();
      clearInterval(trimming);
      tokensFile?.close();
      tokens.close();
      await scheduler.stop();
      await registry.drain();
      await audit.close();
      await dialer.close();
      oidc?.authenticator.close();
      await operatorFetch.close();
      await store.close();
    },
  };
}
