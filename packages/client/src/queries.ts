import type { AuditLine, Event, EventKind, HistoryStep, ServerSummary } from "@hub/api";

/** A state of a server, as in its `status`. */
export type ServerStatus = ServerSummary["status"];

/** Whether others see a server: only what was admitted. */
export type AdmissionState = "admitted" | NonNullable<ServerSummary["admission"]>["state"];

/** Which page of a list. */
export interface PageQuery {
  /** Items on a page. Default: as many as fit into one answer, which is all of most lists. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Narrows `servers()`. Without any of it the hub answers with everything. */
export interface ServersQuery {
  /** Words that must all occur in the name, description, tags, owner, endpoint or tool names. */
  readonly q?: string | undefined;
  /** Servers that have it, or all of these. */
  readonly tag?: string | readonly string[] | undefined;
  /** Servers in this state, or in one of these. */
  readonly status?: ServerStatus | readonly ServerStatus[] | undefined;
  /** Those too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
  /** Servers that were let in, that wait, or that were refused. Default: `admitted`. */
  readonly admission?: AdmissionState | readonly AdmissionState[] | undefined;
  /** Servers on a page, 1-1,000. Default: as many as fit into one answer. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Narrows `tools()`. */
export interface ToolsQuery {
  /** What the tool should do, in words. Without it: every tool, ordered by server and name. */
  readonly q?: string | undefined;
  /** Only tools of servers in this state, or in one of these. */
  readonly status?: ServerStatus | readonly ServerStatus[] | undefined;
  /** Those of servers too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
  /** Tools on a page, 1-200. Default 20. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Narrows `pulse()`. */
export interface PulseQuery {
  /** Those servers too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
}

/** Narrows `events()`. */
export interface EventsQuery {
  /** Only events of the server with this id. */
  readonly server?: string | undefined;
  /** Only events of this kind, or of one of these. */
  readonly kind?: EventKind | readonly EventKind[] | undefined;
  /** Events on a page, 1-1,000. Default 100. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Narrows `audit()`. Instants are texts such as `2026-11-27T12:00:00Z`. */
export interface AuditQuery {
  /** The id or the name of who did it. */
  readonly who?: string | undefined;
  readonly action?: AuditLine["action"] | readonly AuditLine["action"][] | undefined;
  readonly outcome?: AuditLine["outcome"] | readonly AuditLine["outcome"][] | undefined;
  /** Only what was done to the server with this id. */
  readonly server?: string | undefined;
  /** Only what was done to this: an instance, a tool as its server calls it, a toolset, token, file or route. */
  readonly subject?: string | undefined;
  /** Not before this instant. */
  readonly since?: string | undefined;
  /** Before this instant. */
  readonly until?: string | undefined;
  /** Lines on a page, 1-1,000. Default 100. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** Narrows `traffic()`. */
export interface TrafficQuery {
  /** Only calls to the server with this id. */
  readonly server?: string | undefined;
}

/** Which time `history()`, `serverHistory()` and `uptime()` are about. */
export interface HistoryQuery {
  /** Not before this instant. Default: an hour before `until`, and 90 days for `uptime()`. */
  readonly from?: string | undefined;
  /** Before this instant. Default: now. */
  readonly until?: string | undefined;
  /** How long a step is. Default: the shortest with which there are at most 120 steps. */
  readonly step?: HistoryStep | undefined;
}

/** Narrows `calls()`. */
export interface CallsQuery {
  /** Only calls to the server with this id. */
  readonly server?: string | undefined;
  /** Calls, 1-1,000. Default 100. */
  readonly limit?: number | undefined;
}

/** Narrows `previewToolset()`. */
export interface PreviewQuery {
  /** The most tools in the answer. The counts are always of all. Default: all. */
  readonly limit?: number | undefined;
}

/** Narrows `claudeDesktopBundle()`. */
export interface BundleQuery {
  /** Ids of servers. Default: the whole hub. */
  readonly servers?: string | readonly string[] | undefined;
  /** Only servers with this tag, or with one of these. */
  readonly tags?: string | readonly string[] | undefined;
  /** The id of a toolset, instead of servers and tags. */
  readonly toolset?: string | undefined;
  /** `search`: the hub's search tools instead of all tools. Default: all. */
  readonly mode?: "all" | "search" | undefined;
}

/** Shapes `config()`. */
export interface ConfigQuery extends Omit<BundleQuery, "mode"> {
  /** `gateway`: one endpoint of the hub. `direct`: each server at its own. Default: gateway. */
  readonly via?: "gateway" | "direct" | undefined;
  /** `search`: the hub's search tools instead of all tools. Default, `auto`: what suits the client. */
  readonly mode?: "auto" | "all" | "search" | undefined;
}

/** Shapes `health()`. */
export interface HealthQuery {
  /** Say also how much memory and how much of each budget is in use. Default: false. */
  readonly verbose?: boolean | undefined;
}

/** What a heartbeat can say beside "still here". */
export interface Heartbeat {
  readonly capabilitiesHash?: string | undefined;
  readonly draining?: boolean | undefined;
}

/** What to examine with `diagnose()`. */
export interface EndpointToDiagnose {
  readonly endpoint: string;
  /** Default: streamable-http. */
  readonly transport?: string | undefined;
  /** The name the server should have. */
  readonly name?: string | undefined;
}

/** A registered server to ask `diagnose()` about. */
export interface ServerToDiagnose {
  /** Its id or its name. */
  readonly server: string;
}

/** The journal does not reach back to where the reader was: read again what you keep, then go on. */
export interface JournalReset {
  readonly kind: "reset";
  /** The place in the journal from which on no event is missing. */
  readonly seq: number;
}

/** What `watch()` gives. */
export type WatchedEvent = Event | JournalReset;
