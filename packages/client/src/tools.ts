import type { ServerSummary } from "@hub/core";

/** A tool as its server described it: `inputSchema`, `annotations` and all the rest as they came. */
export interface ToolDefinition {
  readonly name: string;
  readonly [member: string]: unknown;
}

/** One tool of one server of the catalogue. */
export interface FoundTool {
  readonly serverId: string;
  readonly serverName: string;
  readonly serverStatus: ServerSummary["status"];
  /** Where its healthiest instance is. */
  readonly serverEndpoint: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  /** Changes exactly when the definition does. */
  readonly hash: string;
  /** How well it fits what was asked for; only answers to a `q` have it. */
  readonly score?: number;
  readonly definition: ToolDefinition;
}

/** One page of tools. */
export interface ToolList {
  readonly tools: readonly FoundTool[];
  /** Give it as `cursor` for the page after this one; absent on the last. */
  readonly nextCursor?: string;
}

/** Narrows `tools()`. */
export interface ToolsQuery {
  /** What the tool should do, in words. Without it: every tool, ordered by server and name. */
  readonly q?: string | undefined;
  /** Only tools of servers in this state, or in one of these. */
  readonly status?: string | readonly string[] | undefined;
  /** Those of servers too that an operator hid. Default: false. */
  readonly hidden?: boolean | undefined;
  /** Tools on a page, 1-200. Default 20. */
  readonly limit?: number | undefined;
  /** The `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

/** What one server offers, as the hub last read it. */
export interface ServerTools {
  /** `null` until the hub has read the server for the first time. */
  readonly snapshot: { readonly hash: string } | null;
  readonly tools: readonly ToolDefinition[];
  /** By the name of the tool; changes exactly when its definition does. */
  readonly hashes: Readonly<Record<string, string>>;
}
