import type { ServerSummary } from "@hub/api";

/** As the wall orders them: what needs somebody first. */
export const statuses = [
  "unreachable",
  "suspect",
  "degraded",
  "down",
  "needs-token",
  "pending",
  "up",
] as const;

/** What stands in the URL of this page. */
export type WallSearch = {
  readonly tag?: string | undefined;
  readonly status?: ServerSummary["status"] | undefined;
};

export function readWallSearch(given: Record<string, unknown>): WallSearch {
  return {
    tag: typeof given.tag === "string" && given.tag !== "" ? given.tag : undefined,
    status: statuses.find((one) => one === given.status),
  };
}

const severity = (server: ServerSummary) => statuses.indexOf(server.status);

/** The servers that fit, trouble first. */
export function chooseForWall(
  servers: readonly ServerSummary[],
  { tag, status }: WallSearch,
): readonly ServerSummary[] {
  return servers
    .filter(
      (server) =>
        (tag === undefined || server.tags.includes(tag)) &&
        (status === undefined || server.status === status),
    )
    .sort(
      (a, b) =>
        severity(a) - severity(b) || a.name.localeCompare(b.name, undefined, { numeric: true }),
    );
}
