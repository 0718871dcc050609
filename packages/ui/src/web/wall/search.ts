import type { ServerSummary } from "@hub/api";
import { type ServerState, seriousness, serverStates, stateOf } from "../parts/seriousness.js";

/** What stands in the URL of this page. */
export type WallSearch = {
  readonly tag?: string | undefined;
  readonly status?: ServerState | undefined;
};

export function readWallSearch(given: Record<string, unknown>): WallSearch {
  return {
    tag: typeof given.tag === "string" && given.tag !== "" ? given.tag : undefined,
    status: serverStates.find((one) => one === given.status),
  };
}

/** The servers that fit, trouble first. */
export function chooseForWall(
  servers: readonly ServerSummary[],
  { tag, status }: WallSearch,
): readonly ServerSummary[] {
  return servers
    .filter(
      (server) =>
        (tag === undefined || server.tags.includes(tag)) &&
        (status === undefined || stateOf(server) === status),
    )
    .sort(
      (a, b) =>
        seriousness(stateOf(a)) - seriousness(stateOf(b)) ||
        a.name.localeCompare(b.name, undefined, { numeric: true }),
    );
}
