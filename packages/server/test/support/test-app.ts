import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RegisterAnswer, ServerDetail, ServerList } from "@hub/api";
import {
  AdmittedServers,
  BudgetBook,
  type Budgets,
  type Clock,
  type LeaseGrant,
  MemoryCredentialStore,
  MemoryStore,
  type ProbeOutcome,
  type Prober,
  Registry,
  Toolsets,
} from "@hub/core";
import type { AdmissionRules } from "@hub/core/access";
import { openAdmission, Sights } from "@hub/core/access";
import { ServerLogs } from "@hub/core/diagnosis";
import type { BudgetReport } from "@hub/core/limits";
import type { CountedCalls } from "@hub/core/past";
import type { RegistryStore, ToolsetStore } from "@hub/core/storage";
import { createCatalogueSearch } from "@hub/gateway";
import { createTestDialer, holdResponse } from "@hub/testing";
import { Gate, type GateOptions } from "../../src/access/gate.js";
import { Sessions } from "../../src/access/sign-in/sessions.js";
import { Tokens } from "../../src/access/tokens/tokens.js";
import type { HubApp } from "../../src/api/hono.js";
import type { WebUi } from "../../src/api/web-ui.js";
import { createApp } from "../../src/app.js";
import { Audit } from "../../src/audit/audit.js";
import { Credentials } from "../../src/credentials/credentials.js";
import { SecretKeyFile } from "../../src/credentials/secret-key.js";
import { Doctor } from "../../src/doctor/doctor.js";
import { followLogs } from "../../src/doctor/follow-logs.js";
import { Past } from "../../src/past/past.js";

/** A clock that stands still until it is told to go. */
class ManualClock implements Clock {
  #wall = Date.parse("2026-11-23T12:00:00Z");
  #monotonic = 0;

  wall(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  advance(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }
}

const failedProbe: ProbeOutcome = {
  ok: false,
  latencyMs: 1,
  tried: [],
  finding: {
    step: "connect",
    code: "NOTHING_LISTENS",
    cause: "Nothing listens there.",
    fix: "Start the server.",
  },
};

const slowProbe: ProbeOutcome = {
  ...failedProbe,
  finding: { step: "http", code: "TOO_SLOW", cause: "It is too slow.", fix: "Look why." },
};

type Item = Record<string, unknown> & { readonly name: string };

/** All that some answer of the hub may hold; a test reads what its own answer has. */
type Body = Omit<RegisterAnswer, "lease" | "servers"> &
  ServerList &
  ServerDetail & {
    readonly lease: LeaseGrant;
    readonly retryAfterMs: number;
    readonly code: string;
    readonly detail: string;
    readonly errors: readonly { readonly pointer: string }[];
    readonly tools: readonly Item[];
    readonly changes: readonly {
      readonly items: readonly { readonly change: string; readonly key: string }[];
    }[];
    readonly events: readonly { readonly seq: number }[];
    readonly memory: { readonly residentBytes: number };
    readonly budgets: readonly BudgetReport[];
    readonly openapi: string;
    readonly paths: Record<
      string,
      Record<string, { readonly requestBody: { readonly content: object } }>
    >;
    readonly components: { readonly schemas: object };
  };

export type TestResponse = Omit<Response, "json"> & { json(): Promise<Body> };

export type TestApp = {
  readonly app: Pick<HubApp, "routes"> & {
    request(path: string, init?: RequestInit): Promise<TestResponse>;
  };
  readonly registry: Registry;
  readonly clock: ManualClock;
  readonly stopping: AbortController;
  /** Endpoints that answer a probe. */
  readonly alive: Set<string>;
  /** Endpoints that accept connections and never answer. At all others nothing listens. */
  readonly silent: Set<string>;
  readonly errors: unknown[];
  /** Calls that ended, and that nobody has taken. */
  readonly calls: CountedCalls[];
  readonly past: Past;
};

/** The whole HTTP app over a real registry in memory; only the ports (clock, prober) are stand-ins. */
export async function createTestApp(
  options: {
    readonly store?: RegistryStore;
    readonly toolsetStore?: ToolsetStore;
    readonly budgets?: Partial<Budgets>;
    readonly webUi?: WebUi;
    readonly access?: GateOptions | undefined;
    readonly admission?: AdmissionRules;
  } = {},
): Promise<TestApp> {
  const clock = new ManualClock();
  const alive = new Set<string>();
  const silent = new Set<string>();
  const prober: Prober = {
    probe: async ({ endpoint, transport }) =>
      alive.has(endpoint)
        ? {
            ok: true,
            endpoint,
            transport,
            latencyMs: 1,
            needsToken: false,
            era: "modern",
            warnings: [],
          }
        : silent.has(endpoint)
          ? slowProbe
          : failedProbe,
  };
  const budgets = new BudgetBook(options.budgets);
  let leases = 0;
  const inMemory = new MemoryStore(budgets);
  const store = options.store ?? inMemory;
  const { audit } = inMemory;
  const registry = await Registry.open({
    store,
    clock,
    nothingListens: async ({ endpoint }) => !alive.has(endpoint) && !silent.has(endpoint),
    newLeaseId: () => `lease-${++leases}-${"0".repeat(24)}`,
    budgets,
    ...(options.admission === undefined ? {} : { admission: options.admission }),
  });
  const toolsets = await Toolsets.open({
    store: options.toolsetStore ?? inMemory.toolsets,
    clock,
  });
  const credentials = await Credentials.open(
    {
      store: new MemoryCredentialStore(),
      // Nothing is given to these hubs, so no key is ever made.
      key: new SecretKeyFile(join(tmpdir(), "no-such-folder", "secret.key")),
      clock,
      dialer: createTestDialer(),
    },
    () => true,
  );
  const tokens = await Tokens.open({ store: inMemory.tokens, clock });
  const stopping = new AbortController();
  const logs = new ServerLogs(budgets, () => clock.wall());
  registry.subscribe((event) => followLogs(logs, registry, event));
  const errors: unknown[] = [];
  const calls: CountedCalls[] = [];
  const past = await Past.open({
    store: inMemory.series,
    budgets,
    registry,
    clock,
    drain: () => calls.splice(0),
    log: { warn: () => {} },
  });
  const sessions = new Sessions({
    clock,
    lastsMs: 3_600_000,
    follow: (principal) => tokens.follow(principal),
  });
  const app = createApp({
    registry,
    admitted: new AdmittedServers(registry),
    admission: options.admission ?? openAdmission,
    audit: new Audit({
      store: audit,
      budgets,
      now: () => clock.wall(),
      log: { warn: () => {} },
      keepsArguments: false,
      keepMs: 1_000_000_000,
    }),
    toolsets,
    budgets,
    retention: [],
    info: { version: "1.2.3", hubId: "test-hub", startedAt: clock.wall(), pid: 42 },
    guard: { allowedHosts: ["hub.internal"], allowedOrigins: ["https://tools.example"] },
    gate: new Gate({
      ...options.access,
      authenticators: [tokens, sessions, ...(options.access?.authenticators ?? [])],
    }),
    sights: new Sights(registry),
    tokens,
    log: { warn: () => {} },
    readiness: { check: () => store.assertWritable() },
    signIn: { sessions, onFailure: () => {} },
    settings: () => [],
    checkEndpoint: () => {},
    credentials,
    doctor: new Doctor({
      registry,
      logs,
      examine: async ({ endpoint }) => ({
        ok: true,
        endpoint,
        transport: "streamable-http",
        steps: [],
        warnings: [],
      }),
      recentCalls: () => [],
      probeNow: async () => {},
      secretsOf: () => [],
    }),
    logs,
    traffic: {
      rows: () => [],
      servers: () => [],
      minutes: () => [],
      recent: () => [],
      durations: () => [],
    },
    past,
    previewToolset: () => {
      throw new Error("Previews are the gateway's: the tests of a whole hub have them.");
    },
    searchTools: createCatalogueSearch(registry, budgets),
    probeNow: async (serverId) => {
      for (const task of registry.takeProbes(serverId)) {
        registry.recordProbe(
          task,
          await prober.probe(task.target, { full: true, timeoutMs: 1_000 }),
        );
      }
    },
    probeAgain: async () => {},
    webUi: options.webUi,
    stopping: stopping.signal,
    onError: (error) => errors.push(error),
  });
  // Every answer is held to the contract; the tests read the bodies by what they expect in them.
  return {
    app: {
      routes: app.routes,
      request: async (path, init) => {
        const response = await app.request(path, init);
        await holdResponse(init?.method ?? "GET", path, response);
        return response as TestResponse;
      },
    },
    registry,
    clock,
    stopping,
    alive,
    silent,
    errors,
    calls,
    past,
  };
}

export const server1 = {
  name: "MCP Server 1",
  transport: "streamable-http",
  endpoint: "http://localhost:8002/mcp",
} as const;

export function postJson(
  app: TestApp["app"],
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  return app.request(path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

export function postForm(
  app: TestApp["app"],
  fields: Record<string, string> | [string, string][],
  headers: Record<string, string> = {},
) {
  return app.request("/register", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams(fields).toString(),
  });
}
