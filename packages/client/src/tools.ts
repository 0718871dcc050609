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
