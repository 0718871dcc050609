import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Budgets,
  type Clock,
  type Entry,
  type HubSettings,
  type Registry,
  serverStatus,
} from "@hub/core";
import type { BudgetName, BudgetReport } from "@hub/core/limits";
import type { GatewayLimits } from "@hub/gateway";
import {
  type AccessOptions,
  type Hub,
  type OidcSettings,
  type PartialHubConfig,
  startHub,
  type Traces,
} from "@hub/server";
import { holdResponse } from "./contract.js";
import type { Payload } from "./messages.js";
import { until } from "./until.js";
import type { Upstream } from "./upstreams/upstream.js";
import { closeLater } from "./wait.js";

export type TestHubOptions = {
  /** Default: as the hub's, but no call waits for a server that restarts: what fails is heard at once. */
  readonly limits?: Partial<GatewayLimits>;
  readonly budgets?: Partial<Budgets>;
  readonly clock?: Clock;
  readonly settings?: Partial<HubSettings>;
  /** Keep the parameters of the last calls. Default: no. */
  readonly keepsParams?: boolean;
  /** A file of tokens. Default: none. */
  readonly tokensFile?: string | undefined;
  /** Default: an open hub. */
  readonly access?: AccessOptions | undefined;
  /** Default: as the hub's. */
  readonly config?:
    | Pick<
        PartialHubConfig,
        | "admission"
        | "admit"
        | "host"
        | "publicUrl"
        | "trustedProxies"
        | "allowedHosts"
        | "allowedOrigins"
        | "allowEndpoints"
      >
    | undefined;
  /** Issuers whose tokens it takes. Default: none. */
  readonly oidc?: OidcSettings | undefined;
  /** What the hub's own requests over REST bring. Default: nothing. */
  readonly token?: string | undefined;
  /** The data of an earlier hub. */
  readonly dataDir?: string;
  /** Traces of its calls, which the test stops. Default: none. */
  readonly traces?: Traces | undefined;
  /** Default: one that the system chooses. */
  readonly port?: number;
};

export type Lease = { readonly id: string };

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A whole hub in this process, on a port of its own. */
export class TestHub {
  readonly url: string;
  readonly dataDir: string;
  readonly #hub: Hub;
  readonly #token: string | undefined;
  /** What the hub logged as an error. */
  readonly errors: unknown[];
  /** What it logged as a warning. */
  readonly warnings: unknown[];

  private constructor(
    hub: Hub,
    token: string | undefined,
    dataDir: string,
    errors: unknown[],
    warnings: unknown[],
  ) {
    this.#hub = hub;
    this.#token = token;
    this.url = hub.url;
    this.dataDir = dataDir;
    this.errors = errors;
    this.warnings = warnings;
  }

  static async start(options: TestHubOptions = {}): Promise<TestHub> {
    const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "mcp-hub-gateway-"));
    const {
      limits = {},
      budgets = {},
      settings = {},
      keepsParams = false,
      port = 0,
      tokensFile,
    } = options;
    const errors: unknown[] = [];
    const warnings: unknown[] = [];
    const hub = await startHub({
      clock: options.clock,
      access: options.access,
      traces: options.traces,
      config: {
        ...options.config,
        port,
        dataDir,
        tokensFile,
        limits: { restartMs: 0, ...limits },
        budgets,
        settings,
        keepsParams,
        oidc: options.oidc ?? {},
      },
      log: {
        ...silent,
        warn: (event, fields) => void warnings.push({ event, ...fields }),
        error: (event, fields) => void errors.push({ event, ...fields }),
      },
    });
    closeLater(async () => {
      await hub.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    });
    return new TestHub(hub, options.token, dataDir, errors, warnings);
  }

  get port(): number {
    return this.#hub.port;
  }

  /** For what nobody can say over HTTP on one machine, such as a registration from another. */
  get registry(): Registry {
    return this.#hub.registry;
  }

  stop(): Promise<void> {
    return this.#hub.stop();
  }

  entry(serverId: string): Entry | undefined {
    return this.#hub.registry.get(serverId);
  }

  status(serverId: string): string | undefined {
    const entry = this.entry(serverId);
    return entry === undefined ? undefined : serverStatus(entry.instances);
  }

  /** Registers without waiting. */
  async announce(name: string, endpoint: string, more: Payload = {}): Promise<Lease> {
    const answer = await this.rest("POST", "/register", {
      name,
      endpoint,
      transport: "streamable-http",
      lease: {},
      ...more,
    });
    return (answer as { lease: Lease }).lease; // a lease was asked for
  }

  /** Registers a server, and waits until the hub has read what it offers. */
  async register(name: string, upstream: Upstream, more: Payload = {}): Promise<Lease> {
    const lease = await this.announce(name, upstream.endpoint, more);
    await this.whenUp(name);
    return lease;
  }

  async whenUp(serverId: string, instances = 1): Promise<void> {
    await until(`${serverId} to be up`, () => {
      const entry = this.entry(serverId);
      const up = entry?.instances.filter(({ health }) => health.status === "up").length ?? 0;
      return entry?.snapshot !== undefined && up >= instances;
    });
  }

  async rest(method: string, path: string, body?: Payload): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    await holdResponse(method, path, response);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Calls to a server that are not over, by the hub's own count. */
  async inFlight(serverId: string): Promise<number> {
    const { rows } = (await this.rest("GET", `/traffic?server=${serverId}`)) as {
      readonly rows: readonly { readonly inFlight: number }[];
    }; // as its description says
    return rows.reduce((sum, row) => sum + row.inFlight, 0);
  }

  /** What is in use of a budget, as the hub says. */
  async budget(name: BudgetName): Promise<BudgetReport> {
    const { budgets } = (await this.rest("GET", "/healthz?verbose")) as {
      readonly budgets: readonly BudgetReport[];
    }; // as its description says
    const report = budgets.find((one) => one.name === name);
    if (report === undefined) throw new Error(`no budget ${name}`);
    return report;
  }

  deregister({ id }: Lease): Promise<unknown> {
    return this.rest("DELETE", `/leases/${id}`);
  }

  drain({ id }: Lease): Promise<unknown> {
    return this.rest("PUT", `/leases/${id}`, { draining: true });
  }
}
