import type { AdmittedServers, BudgetBook, Registry, Toolsets } from "@hub/core";
import type { AdmissionRules, Sights } from "@hub/core/access";
import type { ServerLogs } from "@hub/core/diagnosis";
import type { Gateway, SearchTools } from "@hub/gateway";
import type { Arrivals } from "../access/arrival.js";
import type { Callers } from "../access/callers.js";
import type { Gate } from "../access/gate.js";
import type { ResourceMetadata } from "../access/oidc/resource-metadata.js";
import type { SignIn } from "../access/sign-in/sign-in.js";
import type { Tokens } from "../access/tokens/tokens.js";
import type { Audit } from "../audit/audit.js";
import type { Credentials } from "../credentials/credentials.js";
import type { Doctor } from "../doctor/doctor.js";
import type { Hubs } from "../hubs/hubs.js";
import type { LevelSwitch, Log } from "../log.js";
import type { Past } from "../past/past.js";
import type { Kept } from "../past/retention.js";
import type { Readiness } from "../readiness.js";
import type { SettingInForce } from "../settings/settings-in-force.js";
import type { GuardOptions } from "./guard.js";
import type { WebUi } from "./web-ui.js";

export type HubInfo = {
  readonly version: string;
  /** Names this run of the hub in every answer, so that a hub that reaches itself by a detour notices. */
  readonly hubId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly pid: number;
};

/** What the HTTP app needs. It listens to nothing, reads no environment and keeps no globals. */
export type AppDeps = {
  readonly registry: Registry;
  /** This hub among others on the same store. Default: it is the only one. */
  readonly hubs?: Hubs | undefined;
  /** Of it what was let in: what lists and searches show. */
  readonly admitted: AdmittedServers;
  /** What lets servers in without an admin. */
  readonly admission: AdmissionRules;
  /** Who did what, for admins. */
  readonly audit: Audit;
  readonly toolsets: Toolsets;
  readonly budgets: BudgetBook;
  /** What is kept of what happened, and for how long. */
  readonly retention: Kept[];
  readonly info: HubInfo;
  readonly guard: GuardOptions;
  /** Says how requests came. Default: no proxy is trusted. */
  readonly arrivals?: Arrivals | undefined;
  /** What each caller may ask. Default: within the budgets. */
  readonly callers?: Callers | undefined;
  /** Says who is asking. */
  readonly gate: Gate;
  /** What each of them sees of the catalogue. */
  readonly sights: Sights;
  readonly tokens: Tokens;
  /** How people sign in to the page. */
  readonly signIn: SignIn;
  /** Its settings as they are in force, and where each came from. */
  readonly settings: () => readonly SettingInForce[];
  readonly readiness: Pick<Readiness, "check">;
  /** The level of its log. Default: that of a program which has it to itself. */
  readonly logLevel?: LevelSwitch | undefined;
  readonly log: Pick<Log, "warn">;
  /** Where clients get tokens for the hub. Default: nowhere but from whoever runs it. */
  readonly resourceMetadata?: ResourceMetadata | undefined;
  /** Throws ENDPOINT_REFUSED for an endpoint whose literal address the hub may not dial. */
  readonly checkEndpoint: (endpoint: string) => void;
  /** What the hub proves itself with to servers. */
  readonly credentials: Credentials;
  readonly doctor: Pick<Doctor, "ask">;
  readonly logs: ServerLogs;
  /** The tools of all servers that fit a query, the best first. */
  readonly searchTools: SearchTools;
  /** What the hub counts of the calls that go through its gateway. */
  readonly traffic: Pick<
    Gateway["traffic"],
    "rows" | "servers" | "minutes" | "recent" | "durations"
  >;
  /** Calls and statuses over time. */
  readonly past: Pick<Past, "calls" | "statuses">;
  /** What the endpoint of a toolset would show now, whether or not it is saved. */
  readonly previewToolset: Gateway["preview"];
  /** What `/` and `/ui` show in a browser. Default: nothing. */
  readonly webUi?: WebUi | undefined;
  /** Probes all instances of a server and resolves when what came of it is recorded. */
  readonly probeNow: (serverId: string) => Promise<void>;
  /** The same, with a probe that begins after this: something has just changed. */
  readonly probeAgain: (serverId: string) => Promise<void>;
  /** Aborted when the hub begins to stop: streams end, `/readyz` says no. */
  readonly stopping: AbortSignal;
  /** A failure that is the hub's own; `instance` is what the caller was told. */
  readonly onError: (error: unknown, request: Request, instance: string) => void;
};
