import type { HttpBindings } from "@hono/node-server";
import type { ToolsetPreview } from "@hub/api";
import {
  type BudgetBook,
  type CapabilityItem,
  plainAddress,
  type Registry,
  type Toolset,
  type Toolsets,
} from "@hub/core";
import type { Diagnose } from "@hub/probe";
import type { Context, Hono } from "hono";
import type { GuardOptions } from "./guard.js";
import type { TrafficSource } from "./traffic.js";
import type { WebUi } from "./web-ui.js";

export type HubInfo = {
  readonly version: string;
  /** Names this run of the hub in every answer, so that a hub that reaches itself by a detour notices. */
  readonly hubId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly pid: number;
};

type FoundTool = {
  readonly serverId: string;
  readonly tool: CapabilityItem;
  readonly score: number;
};

/** What the HTTP app needs. It listens to nothing, reads no environment and keeps no globals. */
export type AppDeps = {
  readonly registry: Registry;
  readonly toolsets: Toolsets;
  readonly budgets: BudgetBook;
  readonly info: HubInfo;
  readonly guard: GuardOptions;
  /** Throws ENDPOINT_REFUSED for an endpoint whose literal address the hub may not dial. */
  readonly checkEndpoint: (endpoint: string) => void;
  readonly diagnose: Diagnose;
  /** The tools of all servers that fit a query, the best first. */
  readonly searchTools: (
    query: string,
    limit: number,
    accepts: (serverId: string) => boolean,
  ) => readonly FoundTool[];
  readonly traffic: TrafficSource;
  /** What the endpoint of a toolset would show now, whether or not it is saved. */
  readonly previewToolset: (toolset: Toolset) => Omit<ToolsetPreview, "unknownServers">;
  /** What `/` and `/ui` show in a browser. Default: nothing. */
  readonly webUi?: WebUi | undefined;
  /** Probes all instances of a server and resolves when what came of it is recorded. */
  readonly probeNow: (serverId: string) => Promise<void>;
  /** Aborted when the hub begins to stop: streams end, `/readyz` says no. */
  readonly stopping: AbortSignal;
  /** A failure that is the hub's own; `instance` is what the caller was told. */
  readonly onError: (error: unknown, request: Request, instance: string) => void;
};

export type AppEnv = { Bindings: Partial<HttpBindings> };
export type HubApp = Hono<AppEnv>;

/** The address a request came from; undefined when it did not come over a socket. */
export function addressOf(context: Context<AppEnv>): string | undefined {
  const address = context.env?.incoming?.socket?.remoteAddress;
  return address === undefined ? undefined : plainAddress(address);
}
