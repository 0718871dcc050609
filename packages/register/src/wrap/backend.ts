import { changedLists, type JsonRpcNotification, resourceUpdated } from "@hub/mcp";
import type { McpServer, Server, ServerNotifier } from "@modelcontextprotocol/server";
import type { ServerDescription } from "./handshake.js";
import type { OpenedSession } from "./legacy-sessions.js";
import type { Sdk } from "./sdk.js";
import type { Upstream } from "./upstream.js";

/** What stands behind a served endpoint. */
export interface Backend {
  /** Whether messages go on as text, so that a number can arrive as it was written. */
  readonly keepsWrittenNumbers: boolean;
  /** The SDK whose servers `createModernServer` makes. */
  sdk(): Promise<Sdk>;
  /** Whether what changes on `reference` is news for 2025 sessions, which do not hear it there themselves. */
  readonly announcesToSessions: boolean;
  /** Puts a server behind a 2025 session. */
  attach(session: OpenedSession): Promise<void>;
  /** A server for one 2026-07-28 request. */
  createModernServer(): Promise<Server | McpServer>;
  describe(): Promise<ServerDescription>;
  /** The connection whose lists and change notices stand for the server as a whole. */
  readonly reference: Upstream;
  close(): Promise<void>;
}

/** Hands a change notice of the reference connection to the modern clients that listen for it. */
export function announceChange(
  { method, params }: JsonRpcNotification,
  notify: ServerNotifier,
): void {
  const kind = changedLists(method);
  if (kind !== undefined) notify[`${kind}Changed`]();
  else if (method === resourceUpdated) notify.resourceUpdated(String(params?.uri));
}
