import { type Actor, actorOf, openPrincipal } from "./access/principal.js";
import type { JsonObject } from "./json.js";

/** What somebody did, or wanted to do. */
export const auditActions = [
  "register",
  "take-over",
  "update",
  "leave",
  "edit",
  "remove",
  "admit",
  "wait",
  "refuse",
  "token-create",
  "token-revoke",
  /** The file of tokens was read, or cannot be used. */
  "tokens-file",
  "toolset-create",
  "toolset-replace",
  "toolset-delete",
  "credential-set",
  "credential-remove",
  "log-level",
  /** A command gave the hub another key, copied all of another place here, or filled this one from a backup. */
  "rekey",
  "copy",
  "restore",
  "sign-in",
  "sign-out",
  /** A credential that is not valid, or a right that is missing. */
  "access",
  "call",
  /** Calls for which there was no room until they could be stored. */
  "calls-lost",
] as const;

/** One of them. */
export type AuditAction = (typeof auditActions)[number];

/** What came of it. The last five are of calls. */
export const auditOutcomes = [
  "done",
  "refused",
  "failed",
  "ok",
  "tool-error",
  "error",
  "cancelled",
  "hub-error",
] as const;

/** One of them. */
export type AuditOutcome = (typeof auditOutcomes)[number];

/** Who asked for something, and from where. */
export type Asker = {
  readonly who: Actor;
  /** The address that the request came from. */
  readonly from?: string | undefined;
};

/** Who asks where nobody says who. */
export const somebody: Asker = { who: actorOf(openPrincipal) };

/** One line of the audit: who did what to what, from where, and what came of it. Holds no secret. */
export type AuditRecord = Asker & {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly action: AuditAction;
  readonly outcome: AuditOutcome;
  /** The id of the server that it was done to. */
  readonly serverId?: string | undefined;
  /** What else it was done to: a tool of that server, a toolset, a token, a file, a route. */
  readonly subject?: string | undefined;
  /** Of a call: the MCP method. */
  readonly method?: string | undefined;
  /** The code of the error with which it was refused. */
  readonly code?: string | undefined;
  /** What it changed, as it was and as it is. */
  readonly before?: JsonObject | undefined;
  readonly after?: JsonObject | undefined;
  /** How often the same happened; it was not written down for itself each time. */
  readonly count?: number | undefined;
  /** How long a call took. */
  readonly durationMs?: number | undefined;
  /** The arguments of a call as JSON, where the operator asked for them. */
  readonly arguments?: string | undefined;
};

/** The same with its number. */
export type AuditRow = AuditRecord & { readonly seq: number };

/** Which lines of the audit are asked for, newest first. What is left out narrows nothing. */
export type AuditQuery = {
  /** Only lines with a lower number. */
  readonly before?: number | undefined;
  readonly limit: number;
  /** The id or the name of who did it. */
  readonly who?: string | undefined;
  readonly actions?: readonly AuditAction[] | undefined;
  readonly outcomes?: readonly AuditOutcome[] | undefined;
  readonly serverId?: string | undefined;
  /** What else it was done to, as the line says it. */
  readonly subject?: string | undefined;
  /** Milliseconds since 1970, this one included. */
  readonly since?: number | undefined;
  /** Milliseconds since 1970, this one not. */
  readonly until?: number | undefined;
};

/**
 * Where the audit survives. Lines are added and, when they are too old or too many (`auditBytes`,
 * `auditCallBytes`), dropped, the oldest first; they are never changed. What was acknowledged survives `kill -9`
 * and, on disk, a power loss; of calls see `appendCalls`. Calls have room of their own, so that no flood of them costs a decision.
 * A store that cannot write rejects with STORE_UNAVAILABLE and keeps what it had. Every adapter runs
 * `audit-store-contract.ts`.
 */
export interface AuditStore {
  /** Adds all of these or none. */
  append(records: readonly AuditRecord[]): Promise<void>;
  /**
   * Adds calls, all or none, without waiting for the disk: acknowledged, they survive `kill -9`, and a power loss
   * from the next write of the store on that is durable.
   */
  appendCalls(records: readonly AuditRecord[]): Promise<void>;
  page(query: AuditQuery): Promise<readonly AuditRow[]>;
  /** Drops what is from before an instant, but for the newest line, so that numbers go on from it. */
  trim(before: number): Promise<void>;
}

/** Whether a line is asked for, its number aside. */
export const fitsAudit = (
  { at, who, action, outcome, serverId, subject }: AuditRecord,
  query: Omit<AuditQuery, "before" | "limit">,
): boolean =>
  (query.since === undefined || at >= query.since) &&
  (query.until === undefined || at < query.until) &&
  (query.who === undefined || who.id === query.who || who.name === query.who) &&
  (query.actions?.includes(action) ?? true) &&
  (query.outcomes?.includes(outcome) ?? true) &&
  (query.serverId === undefined || serverId === query.serverId) &&
  (query.subject === undefined || subject === query.subject);

/** What is written most, and matters least. */
export const isOfCalls = ({ action }: Pick<AuditRecord, "action">): boolean => action === "call";
