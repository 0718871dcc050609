import type { CapabilityItem } from "@hub/core";

export type BenchmarkServer = {
  readonly id: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly snapshotHash: string;
  readonly tools: readonly CapabilityItem[];
};

export type BenchmarkQuery = {
  readonly difficulty: "easy" | "medium" | "hard";
  readonly part: "tuning" | "judging" | "fresh";
  readonly text: string;
  /** As `server/tool`. */
  readonly acceptable: readonly string[];
};

export type Verdict = {
  readonly queries: number;
  readonly recallAt1: number;
  readonly recallAt5: number;
  readonly mrr: number;
  readonly missed: readonly {
    readonly query: BenchmarkQuery;
    /** From 1; 0 where none is among the first fifty. */
    readonly place: number;
    readonly found: readonly string[];
  }[];
};

type Search = {
  search(
    query: string,
    limit: number,
  ): readonly { readonly serverId: string; readonly tool: CapabilityItem }[];
};

export function readCatalogue(): readonly BenchmarkServer[];
export function readQueries(): readonly BenchmarkQuery[];
export function judge(search: Search, queries: readonly BenchmarkQuery[]): Verdict;
