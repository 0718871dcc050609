import { randomUUID } from "node:crypto";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import {
  BudgetBook,
  type Clock,
  type JournalEvent,
  Registry,
  systemClock,
  Toolsets,
} from "@hub/core";
import { checkEndpoint, createDialer, createEndpointRules, refuseOwn } from "@hub/dial";
import { createCatalogueSearch, Gateway, listProblems } from "@hub/gateway";
import {
  createDiagnose,
  createNothingListens,
  createProber,
  createProbeScheduler,
  createRefresher,
} from "@hub/probe";
import { openSqliteStore } from "@hub/store-sqlite";
import { newInstance } from "./api/problem.js";
import type { WebUi } from "./api/web-ui.js";
import { createApp } from "./app.js";
import { banner } from "./banner.js";
import type { TellFault } from "./boundary.js";
import type { HubConfig } from "./config.js";
import { createGatewayHandler } from "./gateway-handler.js";
import { newLeaseId } from "./lease-id.js";
import { type Listener, listen } from "./listen.js";
import type { Log, LogFields } from "./log.js";
import { isPortFree, portHolder } from "./port-holder.js";
import { shortPath } from "./short-path.js";
import { troubleIn } from "./trouble.js";
import { version } from "./version.js";

/** A reason not to start that is the operator's to mend; its message says how. */
export class StartError extends Error {}

export type Hub = {
  readonly url: string;
  readonly port: number;
  readonly registry: Registry;
  /** What to show a person who started it. */
  readonly banner: string;
  /** Says no to `/readyz`, ends streams, lets requests finish, writes what is left, closes. Takes at most 10 s. */
  readonly stop: () => Promise<void>;
};

export type StartOptions = {
  readonly config: HubConfig;
  readonly log: Log;
  readonly onEvent?: (event: JournalEvent) => void;
  /** Default: the clock of the process. */
  readonly clock?: Clock | undefined;
  /** What browsers get to see. Default: nothing. */
  readonly webUi?: WebUi | undefined;
  /** Start although the data directory misses what an earlier hub acknowledged. Default: false. */
  readonly acceptDataLoss?: boolean | undefined;
};

const drainMs = 8_000;
const journalKept = 100_000;
const trimEveryMs = 3_600_000;

/** Opens the store, begins to probe, and listens. Throws StartError with a sentence for the operator. */
export async function startHub({
  config,
  log,
  onEvent,
  webUi,
  acceptDataLoss,
  clock = systemClock,
}: StartOptions): Promise<Hub> {
  const begin = performance.now();
  // The adapters log as pino does: fields first.
  const told = {
    info: (fields: LogFields, text: string) => log.info(eventOf(fields, text), fields),
    error: (fields: LogFields, text: string) => log.error(eventOf(fields, text), fields),
    warn: (fields: LogFields, text: string) => log.warn(eventOf(fields, text), fields),
  };
  const tellFault = faultTeller(log, "request-failed");
  const host = config.host.replace(/^\[(.*)\]$/, "$1");
  const urlOf = (port: number) => `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  await assertPortFree(host, config.port, urlOf(config.port));

  const budgets = new BudgetBook(config.budgets);
  const store = await openSqliteStore({
    budgets,
    file: join(config.dataDir, "hub.db"),
    log: told,
    acceptDataLoss,
  });
  const stopping = new AbortController();
  // Every stream waits for it.
  setMaxListeners(0, stopping.signal);
  let listener: Listener | undefined;
  const hubId = randomUUID();
  const rules = createEndpointRules({ profile: "local", allow: config.allowEndpoints });
  const dialer = createDialer({
    rules,
    hubId,
    version,
    ownAddresses: () => listener?.addresses ?? [],
  });
  const prober = createProber({
    budgets,
    dialer,
    version,
    listProblems,
    onBug: (error) => log.error("probe-crashed", { error: describeError(error) }),
  });
  const onListenerError = (error: unknown) =>
    log.error("listener-failed", { error: describeError(error) });
  const closeStore = async (error: unknown) => {
    await store.close();
    throw error;
  };
  const registry = await Registry.open({
    store,
    clock,
    nothingListens: createNothingListens(dialer),
    settings: config.settings,
    budgets,
    newLeaseId,
    defer: (run) => setImmediate(run),
    onListenerError,
  }).catch(closeStore);
  const toolsets = await Toolsets.open({
    store: store.toolsets,
    clock,
    onListenerError,
  }).catch(closeStore);
  const keptSessions = await store.sessions.load().catch(closeStore);
  if (onEvent !== undefined) registry.subscribe(onEvent);
  const scheduler = createProbeScheduler({ registry, prober, log: told });

  const tellGatewayFault = (error: unknown, instance: string) =>
    log.error("gateway-fault", { instance, error: describeError(error) });
  const searchTools = createCatalogueSearch(registry, budgets, {
    onFault: (error) => tellGatewayFault(error, newInstance()),
  });
  const gateway = new Gateway({
    catalogue: registry,
    toolsets,
    dialer,
    version,
    limits: config.limits,
    budgets,
    keepsParams: config.keepsParams,
    log,
    onFault: tellGatewayFault,
    searchTools,
    sessions: { store: store.sessions, kept: keptSessions },
    onTrouble: (endpoint, failure) => registry.troubleAt(endpoint, troubleIn(endpoint, failure)),
    refresh: createRefresher(scheduler, registry),
  });
  const guard = { allowedHosts: config.allowedHosts, allowedOrigins: config.allowedOrigins };

  const app = createApp({
    registry,
    toolsets,
    budgets,
    info: { version, hubId, startedAt: clock.wall(), pid: process.pid },
    guard,
    checkEndpoint: (endpoint) => {
      checkEndpoint(endpoint, rules);
      refuseOwn(endpoint, listener?.addresses ?? []);
    },
    diagnose: createDiagnose({ dialer, version, mostValues: budgets.limit("messageValues") }),
    searchTools,
    traffic: gateway.traffic,
    previewToolset: (toolset) => gateway.preview(toolset),
    webUi,
    probeNow: (serverId) => scheduler.probeNow(serverId),
    stopping: stopping.signal,
    onError: (error, request, instance) =>
      tellFault({ error, instance, method: request.method, path: new URL(request.url).pathname }),
  });
  const trim = async () => {
    try {
      await store.trimJournal(journalKept);
    } catch (error) {
      log.warn("journal-not-trimmed", { error: describeError(error) });
    }
  };
  const trimming = setInterval(() => void trim(), trimEveryMs);
  trimming.unref();

  const close = async () => {
    clearInterval(trimming);
    await scheduler.stop();
    await registry.drain();
    await dialer.close();
    await store.close();
  };
  try {
    const takeRequest = createGatewayHandler({ gateway, guard, hubId });
    listener = await listen(app, host, config.port, {
      takeRequest,
      budgets,
      onCut: (cut) => log.warn("client-cut-off", { ...cut, reason: "it does not read" }),
      tellFault,
    });
  } catch (error) {
    await close();
    throw error;
  }
  scheduler.start();
  const { port } = listener;
  const running = listener;
  let stopped: Promise<void> | undefined;
  return {
    url: urlOf(port),
    port,
    registry,
    banner: banner({
      version,
      url: urlOf(port),
      store: shortPath(join(config.dataDir, "hub.db")),
      servers: registry.list().length,
      readyInMs: performance.now() - begin,
      hasWebUi: webUi !== undefined,
    }),
    stop: () => {
      stopped ??= (async () => {
        stopping.abort();
        gateway.drain();
        await running.close(drainMs);
        await gateway.close();
        await close();
      })();
      return stopped;
    },
  };
}

async function assertPortFree(host: string, port: number, url: string): Promise<void> {
  if (port === 0 || (await isPortFree(host, port))) return;
  throw new StartError(
    `Port ${port} on ${host} is taken by ${await portHolder(url, port)}. Stop it, or choose another port with MCP_HUB_PORT (servers then need MCP_HUB_URL).`,
  );
}

function eventOf(fields: LogFields, text: string): string {
  return typeof fields.event === "string" ? fields.event : text;
}

/** Logs faults of the hub's own, each with the URN that its caller was told. */
export function faultTeller(log: Log, event: string): TellFault {
  return ({ error, ...where }) => log.error(event, { ...where, error: describeError(error) });
}

/** An error in one line for the log, with the place it came from. Never throws, whatever was thrown. */
export function describeError(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    return String(error.stack ?? error.message)
      .split("\n")
      .slice(0, 4)
      .map((line) => line.trim())
      .join(" | ");
  } catch {
    return "something was thrown that cannot be shown";
  }
}
