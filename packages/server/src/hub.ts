import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import {
  AdmittedServers,
  BudgetBook,
  type HubStore,
  Registry,
  systemClock,
  Toolsets,
} from "@hub/core";
import { Sights } from "@hub/core/access";
import { ServerLogs } from "@hub/core/diagnosis";
import { allShares } from "@hub/core/hubs";
import type { UpstreamCredentials } from "@hub/core/upstream";
import { createDialer, createEndpointRules } from "@hub/dial";
import { listProblems } from "@hub/gateway";
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
import { Guesses } from "./access/guesses.js";
import { openAccess } from "./access/open-access.js";
import { admissionOf, profileOf } from "./access/profile.js";
import { Audit } from "./audit/audit.js";
import type { TellFault } from "./boundary.js";
import type { Credentials } from "./credentials/credentials.js";
import { maskingProber } from "./credentials/mask.js";
import { openCredentials } from "./credentials/open-credentials.js";
import { SecretKeyFile } from "./credentials/secret-key.js";
import { assertSharedKey } from "./credentials/shared-key.js";
import { describeError } from "./describe-error.js";
import { Doctor } from "./doctor/doctor.js";
import { followLogs } from "./doctor/follow-logs.js";
import { createEndpointCheck } from "./endpoint-check.js";
import { followNews } from "./follow-news.js";
import { createGatewayHandler } from "./gateway-handler.js";
import { createHubApp, guardOf } from "./hub-app.js";
import { configFrom, type HubConfig } from "./hub-config.js";
import { createHubGateway, type HubGateway } from "./hub-gateway.js";
import type { HubOptions, HubParts, StoreContext } from "./hub-options.js";
import { AmongHubs } from "./hubs/among-hubs.js";
import { Asking } from "./hubs/asking.js";
import { CatchingUp } from "./hubs/catching-up.js";
import { tidying } from "./hubs/hubs.js";
import { SharedSessionNews } from "./hubs/shared-session-news.js";
import { SharedTraffic } from "./hubs/shared-traffic.js";
import { newLeaseId } from "./lease-id.js";
import type { Listener } from "./listen.js";
import { createLog, type LevelledLog, type Log } from "./log.js";
import { Past } from "./past/past.js";
import { Trimming } from "./past/trimming.js";
import { Readiness } from "./readiness.js";
import { version } from "./version.js";

/** So much longer than the probe itself may one take that another hub does: it reads all that a server offers. */
const probeElsewhereMs = 10_000;

/**
 * Puts a hub together. Throws what the store throws when it cannot be opened, and StartError for a key or a tokens
 * file that cannot be used, and for a hub that other machines reach without being asked who they are. Then nothing is
 * left open.
 */
export async function composeHub(
  options: HubOptions,
  ownAddresses: () => Listener["addresses"],
): Promise<HubParts> {
  const config = configFrom(options.config);
  const log = options.log ?? createLog({ level: "warn", format: "json" });
  const budgets = new BudgetBook(config.budgets);
  const openStore =
    options.store ??
    ((context: StoreContext): Promise<HubStore> =>
      openSqliteStore({ ...context, file: join(config.dataDir, "hub.db") }));
  const store = await openStore({ budgets, log });
  try {
    return await composeOn(store, { options, config, log, budgets, ownAddresses });
  } catch (error) {
    await store.close();
    throw error;
  }
}

type Ground = {
  readonly options: HubOptions;
  readonly config: HubConfig;
  readonly log: Log | LevelledLog;
  readonly budgets: BudgetBook;
  readonly ownAddresses: () => Listener["addresses"];
};

async function composeOn(
  store: HubStore,
  { options, config, log, budgets, ownAddresses }: Ground,
): Promise<HubParts> {
  const { onEvent, webUi, clock = systemClock } = options;
  const profile = profileOf(config);
  const arrivals = new Arrivals(config);
  const tellFault: TellFault = ({ error, ...where }) =>
    log.error("request-failed", { ...where, error: describeError(error) });

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
    onReceived: options.onReceived,
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
  const key = new SecretKeyFile(config.secretKeyFile ?? join(config.dataDir, "secret.key"));
  key.tidy();
  const admission = {
    isAsked: admissionOf(config, profile) === "ask",
    admit: config.admit,
  };
  const startedAt = clock.wall();
  const others = await AmongHubs.open(store, {
    hubId,
    version,
    startedAt,
    key,
    clock,
    config,
    budgets,
    log,
    take: (...taken) => gateway.takePeer(...taken),
  });
  const { hubs } = others;
  const registry = await Registry.open({
    store,
    ...(hubs === undefined ? {} : { hubs: { share: hubs, hurry: () => hubs.hurry() } }),
    clock,
    nothingListens: createNothingListens(dialer),
    settings: config.settings,
    budgets,
    admission,
    newLeaseId,
    defer: (run) => setImmediate(run),
    onListenerError,
  });
  const credentials: Credentials = await openCredentials(
    store,
    registry,
    { key, assertShared: () => assertSharedKey(store, key), clock, dialer },
    log,
  );
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
  });
  const keptSessions = await store.sessions.load();
  const sharedTraffic = new SharedTraffic(() => gateway.traffic);
  const past = await Past.open({
    store: store.series,
    budgets,
    registry,
    clock,
    drain: () => {
      // Others hear of it first: what is taken here is told no more.
      if (hubs === undefined) return gateway.traffic.drain();
      return sharedTraffic.drain();
    },
    ...(hubs === undefined
      ? {}
      : { hubs: { id: hubId, leads: () => hubs.owns(tidying), wall: () => hubs.wall() } }),
    log,
  });
  const steadily = () => clock.monotonic();
  // The last that can fail: what it opened would have to be closed.
  const access = await openAccess({
    ...options.access,
    config,
    profile,
    store,
    clock,
    log,
    audit,
    guesses: new Guesses(budgets, steadily),
    ownAddresses,
  });
  const { gate, oidc, sessions, tokens } = access;
  const parts = { tokens, toolsets, credentials, "sign-ins": sessions };
  followNews(store, parts, log, stopping.signal);
  if (onEvent !== undefined) registry.subscribe(onEvent);
  const scheduler = createProbeScheduler({ registry, prober, log });
  const refreshHere = createRefresher(scheduler, registry);
  const asking = new Asking({
    hubId,
    share: hubs ?? allShares,
    hurry: () => hubs?.hurry(),
    fulfil: (serverId, wish) =>
      wish === "now"
        ? scheduler.probeNow(serverId)
        : wish === "again"
          ? scheduler.probeAgain(serverId)
          : refreshHere(serverId),
    patienceMs: registry.settings.probeTimeoutMs + probeElsewhereMs,
  });
  const catchingUp = new CatchingUp({
    hubId,
    present: () => hubs?.present() ?? [],
    hurry: () => hubs?.hurry(),
    catchUp: () => registry.catchUp(),
  });
  const probeNow = (serverId: string) => asking.ask(serverId, "now");
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
    probeNow,
  });
  const checkEndpoint = createEndpointCheck({ rules, ownAddresses, publicUrl: config.publicUrl });
  const assertWritable = async () => {
    await store.assertWritable();
    if (config.peerUrl !== undefined) await assertSharedKey(store, key);
  };
  const readiness = new Readiness({ assertWritable }, steadily, hubs);
  const { gateway, searchTools }: HubGateway = createHubGateway({
    config,
    store,
    keptSessions,
    registry,
    admitted,
    sights,
    toolsets,
    dialer,
    budgets,
    audit,
    traces: options.traces,
    readiness,
    doctor,
    checkEndpoint,
    asking,
    catchingUp,
    others,
    stopping: stopping.signal,
    log,
  });
  gate.onGone((principalId) => gateway.endOf(principalId));
  const callers = new Callers(budgets, steadily);
  const guard = guardOf(config, profile);
  const app = createHubApp({
    config,
    profile,
    access,
    key,
    settingSources: options.settingSources,
    registry,
    hubs,
    admitted,
    admission,
    audit,
    toolsets,
    budgets,
    info: { version, hubId, startedAt, pid: process.pid },
    guard,
    arrivals,
    sights,
    callers,
    readiness,
    log,
    checkEndpoint,
    credentials,
    doctor,
    logs,
    searchTools,
    traffic: gateway.traffic,
    past,
    previewToolset: (toolset, principal) => gateway.preview(toolset, principal),
    webUi,
    probeNow,
    probeAgain: (serverId) => asking.ask(serverId, "again"),
    stopping: stopping.signal,
    tellFault,
  });
  await others.join(
    {
      catalogue: registry.observations,
      asking,
      "catching-up": catchingUp,
      traffic: sharedTraffic,
      sessions: new SharedSessionNews(() => gateway),
    },
    (isBack, members) => {
      registry.shareChanged(isBack);
      sharedTraffic.retainHubs(members);
    },
  );
  const trimming = new Trimming({
    store,
    audit,
    past,
    registry,
    config,
    budgets,
    isMine: () => hubs === undefined || hubs.owns(tidying),
    log,
  });

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
      past.start();
      trimming.start();
      scheduler.start();
      void oidc?.look(stopping.signal);
      tokens.watch();
    },
    drain: () => {
      stopping.abort();
      gateway.drain();
    },
    settle: (withinMs) => others.settle(() => gateway.waitingForClients, withinMs),
    close: async () => {
      await gateway.close();
      await others.close();
      trimming.stop();
      await scheduler.stop();
      await registry.drain();
      await others.leave();
      await audit.close();
      await past.close();
      await dialer.close();
      await access.close();
      await store.close();
    },
  };
}
