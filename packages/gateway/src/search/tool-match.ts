import type { CapabilityItem } from "@hub/core";

/** A tool that a search found. */
export type ToolMatch = {
  readonly serverId: string;
  readonly tool: CapabilityItem;
  /** Comparable within one search only. */
  readonly score: number;
};
